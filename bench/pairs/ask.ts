import { setTimeout as sleep } from 'node:timers/promises'

/** Somebody who asks again and again, as an open dashboard does. */
export interface Asker {
  /** What no client may ever be answered. */
  readonly complaints: readonly string[]
  /** Answers of 200, each with its whole body. */
  readonly answers: number
  /** Answers of 503 with Retry-After. */
  readonly refusals: number
  finish(): Promise<void>
}

/** A promise of no request is longer than this, ms. */
const patienceMs = 30_000

/** Asks for each address in turn, one request at a time; only 200 and 503 with Retry-After are in order. */
export function ask(urls: readonly string[], token: string, everyMs: number): Asker {
  const complaints: string[] = []
  const stopping = new AbortController()
  let answers = 0
  let refusals = 0

  async function one(url: string): Promise<void> {
    const answer = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(patienceMs),
    })
    await answer.arrayBuffer()
    if (answer.status === 200) answers++
    else if (answer.status === 503 && answer.headers.has('retry-after')) refusals++
    else complaints.push(`${url}: ${answer.status}`)
  }

  async function run(): Promise<void> {
    for (let turn = 0; !stopping.signal.aborted; turn++) {
      const url = urls[turn % urls.length]
      await one(url).catch((error) => complaints.push(`${url}: ${error} ${error.cause ?? ''}`))
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }

  const running = run()
  return {
    complaints,
    get answers() {
      return answers
    },
    get refusals() {
      return refusals
    },
    finish() {
      stopping.abort()
      return running
    },
  }
}
