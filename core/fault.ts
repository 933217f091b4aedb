import type { ErrorCode } from './errors.ts'

/** An expected failure that a caller is told about: HTTP turns it into the problem document of its code. */
export class Fault extends Error {
  readonly code: ErrorCode
  readonly extensions: Record<string, unknown>
  readonly retryAfterSeconds: number | undefined

  constructor(
    code: ErrorCode,
    detail?: string,
    options: { cause?: unknown; extensions?: Record<string, unknown>; retryAfterSeconds?: number } = {},
  ) {
    super(detail ?? code, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Fault'
    this.code = code
    this.extensions = options.extensions ?? {}
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}
