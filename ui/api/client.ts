import { retryAfterMs } from '../model/backoff.ts'
import { credentials, type Gateway, ownGateway, serverTime } from './gateway.ts'

/** A failed request, with what the server said about it. */
export class ApiError extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  readonly code: string
  readonly title: string
  /** What can be done about it. */
  readonly remedy: string | undefined
  /** The least time to wait before it is tried again, ms. */
  readonly retryAfterMs: number

  constructor(
    status: number,
    code: string,
    title: string,
    detail: string,
    remedy?: string,
    retryAfterMs = 0,
  ) {
    super(detail)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.title = title
    this.remedy = remedy
    this.retryAfterMs = retryAfterMs
  }
}

/** A failure as a reader is told it: what, why, and the remedy unless that has been said already. */
export function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error)
  const { title, message, remedy } = error
  return [`${title}.`, message, remedy !== message && remedy].filter(Boolean).join(' ')
}

/** True when asking again would be answered the same: who asks is not known, or may not. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 401 || error.status === 403)
}

/** True when asking the same again is in vain: the question itself is wrong, or too much to answer. */
export function isFutile(error: unknown): boolean {
  return error instanceof ApiError && error.status === 422
}

/** What a failed answer says. */
export async function readError(response: Response): Promise<ApiError> {
  const said: unknown = await response.json().catch(() => null)
  const { code, title, detail, remedy } = (said ?? {}) as Partial<Record<string, string>>
  return new ApiError(
    response.status,
    code ?? `HTTP_${response.status}`,
    title ?? `The server answered ${response.status}`,
    detail ?? 'It gave no reason.',
    remedy,
    retryAfterMs(response.headers.get('retry-after'), Date.now()),
  )
}

const timeoutMs = 15_000

/** Requests to a gateway: JSON in, JSON out. */
export class Api {
  /** Called once for every answer that says that nobody is signed in. */
  onSignedOut: () => void = () => {}
  /** Called with the server's clock where an answer tells it, and when the request was sent on this machine's; epoch ms. */
  onTime: (serverTime: number, sentAt: number) => void = () => {}
  readonly #gateway: Gateway

  constructor(gateway: Gateway = ownGateway) {
    this.#gateway = gateway
  }

  get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.#send<T>('GET', path, undefined, signal)
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.#send<T>('POST', path, body)
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.#send<T>('PUT', path, body)
  }

  delete(path: string): Promise<void> {
    return this.#send<void>('DELETE', path)
  }

  async #send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    const limit = AbortSignal.timeout(timeoutMs)
    const init: RequestInit = { method, signal: signal ? AbortSignal.any([signal, limit]) : limit }
    init.headers = { accept: 'application/json', ...credentials(this.#gateway) }
    if (body !== undefined) {
      init.headers = { ...init.headers, 'content-type': 'application/json' }
      init.body = JSON.stringify(body)
    }
    let response: Response
    const sentAt = performance.timeOrigin + performance.now()
    try {
      response = await fetch(this.#gateway.base + path, init)
    } catch (error) {
      if (signal?.aborted) throw error
      throw new ApiError(0, 'UNREACHABLE', 'The server cannot be reached', 'It is tried again by itself.')
    }
    const time = serverTime(response.headers)
    if (time !== undefined) this.onTime(time, sentAt)
    if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T
    const error = await readError(response)
    // a refused sign-in is not a lost session
    if (response.status === 401 && !path.endsWith('/session')) this.onSignedOut()
    throw error
  }
}
