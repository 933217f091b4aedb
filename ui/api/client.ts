/** A failed request, with what the server said about it. */
export class ApiError extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  readonly code: string
  readonly title: string
  /** What can be done about it. */
  readonly remedy: string | undefined

  constructor(status: number, code: string, title: string, detail: string, remedy?: string) {
    super(detail)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.title = title
    this.remedy = remedy
  }
}

/** A failure as a reader is told it: what, why, and the remedy unless that has been said already. */
export function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error)
  const { title, message, remedy } = error
  return [`${title}.`, message, remedy !== message && remedy].filter(Boolean).join(' ')
}

const timeoutMs = 15_000

/** Requests to the gateway of this page: JSON in, JSON out, the session travels in its cookie. */
export class Api {
  /** Called once for every answer that says that nobody is signed in. */
  onSignedOut: () => void = () => {}

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
    init.headers = { accept: 'application/json' }
    if (body !== undefined) {
      init.headers = { ...init.headers, 'content-type': 'application/json' }
      init.body = JSON.stringify(body)
    }
    let response: Response
    try {
      response = await fetch(path, init)
    } catch (error) {
      if (signal?.aborted) throw error
      throw new ApiError(0, 'UNREACHABLE', 'The server cannot be reached', 'It is tried again by itself.')
    }
    if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T
    const said: unknown = await response.json().catch(() => null)
    const { code, title, detail, remedy } = (said ?? {}) as Partial<Record<string, string>>
    const error = new ApiError(
      response.status,
      code ?? `HTTP_${response.status}`,
      title ?? `The server answered ${response.status}`,
      detail ?? 'It gave no reason.',
      remedy,
    )
    // a refused sign-in is not a lost session
    if (response.status === 401 && !path.endsWith('/session')) this.onSignedOut()
    throw error
  }
}
