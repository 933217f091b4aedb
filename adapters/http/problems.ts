import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { type ErrorCode, errors, type Problem, problem } from '@streamgauge/core/errors.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { UnavailableError } from '../breaker.ts'
import { DeadlineError } from '../deadline.ts'
import { LogFault } from '../kafka/types.ts'
import { isConnectionError } from '../mariadb/pool.ts'

export const problemType = 'application/problem+json'
const defaultRetryAfterSeconds = 2

/** What Fastify itself refuses, in our words. */
const frameworkCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'CONTENT_TYPE_UNSUPPORTED',
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_JSON_BODY: 'JSON_INVALID',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'JSON_INVALID',
  FST_ERR_MAX_PARAM_LENGTH: 'NOT_FOUND',
  FST_ERR_BAD_URL: 'BAD_REQUEST',
}

/** Answers every error of a route as the problem document of its code. */
export function sendError(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const fault = beginError(error, request, reply)
  const detail = fault.message === fault.code ? undefined : fault.message
  const body: Problem = problem(fault.code, detail, { instance: request.id, ...fault.extensions })
  return reply.type(problemType).serializer(JSON.stringify).send(body)
}

/** Sets what every answer to this error has, its status and when to come back, and notes a mistake of our own. */
export function beginError(error: Error, request: FastifyRequest, reply: FastifyReply): Fault {
  const fault = toFault(error)
  const { status } = errors[fault.code]
  if (status === 500) request.log.error({ err: error, instance: request.id }, error.message)
  if (status === 503 || status === 429) {
    reply.header('retry-after', fault.retryAfterSeconds ?? defaultRetryAfterSeconds)
  }
  reply.code(status)
  return fault
}

/** Reads any error as the fault that its caller is told about. */
export function toFault(error: Error): Fault {
  if (error instanceof Fault) return error
  if (error instanceof LogFault) {
    return new Fault(error.kind === 'refused' ? 'LOG_UNAVAILABLE' : 'LOG_UNCERTAIN', undefined, {
      cause: error,
    })
  }
  if (error instanceof UnavailableError || error instanceof DeadlineError || isConnectionError(error)) {
    return new Fault('STORE_UNAVAILABLE', undefined, { cause: error })
  }
  const { code, statusCode, validation, validationContext } = error as FastifyError
  if (validation) {
    const fields = validation.map((item) => ({
      field: fieldOf(item.instancePath, item.params),
      detail: item.message ?? 'is not valid',
    }))
    const detail = fields
      .map((item) => (item.field ? `${item.field}: ${item.detail}` : item.detail))
      .join('; ')
    return new Fault(validationContext === 'body' ? 'BODY_INVALID' : 'QUERY_INVALID', detail, {
      extensions: { errors: fields },
    })
  }
  if (frameworkCodes[code]) return new Fault(frameworkCodes[code], detailOf(error), { cause: error })
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    // A body that a JSON parser refuses comes without a code of its own.
    return new Fault(error instanceof SyntaxError ? 'JSON_INVALID' : 'BAD_REQUEST', error.message, {
      cause: error,
    })
  }
  return new Fault('INTERNAL', undefined, { cause: error })
}

function fieldOf(path: string, params: Record<string, unknown>): string | null {
  const named = params.additionalProperty ?? params.missingProperty
  const names = path.split('/').filter(Boolean)
  if (typeof named === 'string') names.push(named)
  return names.length > 0 ? names.join('.') : null
}

function detailOf(error: Error): string | undefined {
  const { code } = error as FastifyError
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return 'Send "Content-Type: application/json".'
  if (code === 'FST_ERR_CTP_EMPTY_JSON_BODY') return 'The body is empty.'
  return code === 'FST_ERR_CTP_INVALID_JSON_BODY' ? error.message : undefined
}

/** Answers on a connection whose request could not be read as HTTP, then closes it. */
export function sendClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const code = clientErrorCode(error.code)
  const { status } = errors[code]
  const body = JSON.stringify(problem(code))
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${problemType}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n${body}`,
  )
}

function clientErrorCode(code: string | undefined): ErrorCode {
  if (code === 'HPE_HEADER_OVERFLOW') return 'HEADERS_TOO_LARGE'
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'REQUEST_TIMEOUT'
  return 'BAD_REQUEST'
}
