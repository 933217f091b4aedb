/** An answer of the API, whatever its status: scenarios judge it. */
export interface Answer<Body = unknown> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

interface Call {
  readonly token?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The public HTTP API of one stack. */
export interface Api {
  /** Sends JSON and reads JSON (text when it is not); throws only where there is no answer at all within 10 s. */
  call<Body = unknown>(method: string, path: string, options?: Call): Promise<Answer<Body>>
  /** The same, and throws with the whole answer unless its status is the one given. */
  expect<Body = unknown>(status: number, method: string, path: string, options?: Call): Promise<Body>
}

export function openApi(base: string): Api {
  async function call<Body>(method: string, path: string, { token, body, headers }: Call = {}) {
    const answer = await fetch(base + path, {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    })
    const text = await answer.text()
    const isJson = /[/+]json/.test(answer.headers.get('content-type') ?? '')
    return {
      status: answer.status,
      headers: answer.headers,
      body: (isJson ? JSON.parse(text) : text) as Body,
    }
  }
  return {
    call,
    async expect<Body>(status: number, method: string, path: string, options?: Call): Promise<Body> {
      const answer = await call<Body>(method, path, options)
      if (answer.status === status) return answer.body
      throw new Error(
        `${method} ${path}: ${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`,
      )
    },
  }
}
