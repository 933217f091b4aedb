import { setTimeout as sleep } from 'node:timers/promises'
import { httpRequest } from './http.ts'

const defaults = { patienceMs: 30_000, pauseMs: 200, timeoutMs: 10_000 }

export interface Reply {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** Calls the public API as anybody would; tries again while it answers 503. */
export async function callApi(
  url: string,
  options: { token: string; method?: string; body?: unknown },
): Promise<Reply> {
  const deadline = Date.now() + defaults.patienceMs
  for (;;) {
    const reply = await httpRequest(url, {
      method: options.method,
      headers: { authorization: `Bearer ${options.token}`, 'content-type': 'application/json' },
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      timeoutMs: defaults.timeoutMs,
    })
    if (reply.status !== 503 || Date.now() > deadline) {
      return { status: reply.status, body: reply.text === '' ? {} : JSON.parse(reply.text) }
    }
    await sleep(defaults.pauseMs)
  }
}

/** The body of a reply with one of these statuses; throws with the server's own words at any other. */
export function expectStatus({ status, body }: Reply, ...statuses: number[]): Record<string, unknown> {
  if (statuses.includes(status)) return body
  throw new Error(
    `the server answered ${status} ${body.code ?? ''}: ${body.detail ?? body.title ?? 'no detail'}`,
  )
}
