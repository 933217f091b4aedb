import { isAscii, isUtf8 } from 'node:buffer'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Fault } from '@streamgauge/core/fault.ts'
import { countOpenBytes, type JsonShape, scanJson } from '@streamgauge/core/json-scan.ts'
import { limits } from '@streamgauge/core/limits.ts'
import type { Place } from './admission.ts'

const inflate = promisify(gunzip)
/** Below it even the worst nesting builds a few megabytes only. */
const harmlessBytes = 256 * 1024
/** An array of points, each with its tags. */
const shape: JsonShape = { depth: limits.jsonDepth, brackets: 2 * limits.pointsPerRequest + 1 }

const overloaded = (): Fault => new Fault('OVERLOADED', undefined, { retryAfterSeconds: 1 })
const tooLarge = (what: string, bytes: number): Fault =>
  new Fault('BODY_TOO_LARGE', `${what} holds more than ${bytes} bytes; send fewer points a request.`)

/** Reads a body to its end, counting what arrives; `declared` is its Content-Length if it has one. */
export function readBody(payload: Readable, declared: number | undefined, place: Place): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const chunks: Buffer[] = []
  let bytes = 0
  payload.on('data', onData).on('end', onEnd).on('error', onCut).on('close', onCut)
  return promise

  function onData(chunk: Buffer): void {
    bytes += chunk.length
    if (bytes > limits.bodyBytes) fail(tooLarge('The body', limits.bodyBytes))
    else if (declared === undefined && !place.hold(bytes)) fail(overloaded())
    else chunks.push(chunk)
  }
  function onEnd(): void {
    release()
    resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, bytes))
  }
  function onCut(): void {
    fail(new Fault('BAD_REQUEST', 'The connection closed before the body had come.'))
  }
  function fail(error: Error): void {
    release()
    reject(error)
    // What is still under way is read and dropped: closing at once would cut the answer off, too.
    payload.on('error', () => undefined).resume()
  }
  function release(): void {
    payload.off('data', onData).off('end', onEnd).off('error', onCut).off('close', onCut)
  }
}

/** Undoes gzip within the limits of size and admission. */
export async function gunzipBody(body: Buffer, place: Place): Promise<Buffer> {
  // A gzip file ends with its size (RFC 1952 §2.3.1). Whoever lies there, or joins two files, is held to the limit.
  const claimed = body.length >= 18 ? body.readUInt32LE(body.length - 4) : 0
  if (claimed > 0 && claimed < limits.inflatedBytes) {
    const inflated = await inflateUpTo(body, claimed, place)
    if (inflated) return inflated
  }
  const inflated = await inflateUpTo(body, limits.inflatedBytes, place)
  if (!inflated) throw tooLarge('The inflated body', limits.inflatedBytes)
  place.hold(body.length + inflated.length)
  return inflated
}

async function inflateUpTo(body: Buffer, maxBytes: number, place: Place): Promise<Buffer | undefined> {
  if (!place.hold(body.length + maxBytes)) throw overloaded()
  try {
    return await inflate(body, { maxOutputLength: maxBytes })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined
    const reason = error instanceof Error ? error.message : String(error)
    throw new Fault('GZIP_INVALID', `The body is not valid gzip: ${reason}.`, { cause: error })
  }
}

/** Reads JSON from bytes; throws the fault that names what is wrong with it. */
export function parseBody(body: Buffer): unknown {
  if (body.length === 0) throw new Fault('JSON_INVALID', 'The body is empty.')
  // Nesting has to be found before it is built: a megabyte of brackets becomes a hundred megabytes of arrays.
  if (body.length > harmlessBytes && countOpenBytes(body) > shape.brackets) refuseBadShape(body)
  try {
    return JSON.parse(textOf(body))
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault('JSON_INVALID', error instanceof Error ? error.message : undefined, { cause: error })
  }
}

/** Throws when an object names a key twice, or the nesting is too deep. */
export function refuseBadShape(body: Buffer): void {
  const fault = scanJson(textOf(body), shape)
  if (fault) throw new Fault(fault.code, fault.detail)
}

function textOf(body: Buffer): string {
  if (isAscii(body)) return body.toString('latin1')
  if (!isUtf8(body)) throw new Fault('JSON_INVALID', 'The body is not UTF-8.')
  return body.toString('utf8')
}
