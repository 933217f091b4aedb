import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Post } from './post.ts'
import { parseRetryAfter, retryDelayMs, verdict } from './retry.ts'

/** A request on its way: its bytes and key stay the same however often it is sent. */
interface Parcel {
  readonly body: string
  readonly key: string
}

export interface Outbox {
  /** Queues a request; the oldest gives way when the queue is full. */
  put(parcel: Parcel): void
  /** Requests waiting. */
  size(): number
  /** Stops sending; what waits is lost. */
  close(): void
}

interface Options {
  readonly post: Post
  /** Requests that may wait. */
  readonly capacity: number
  /** Told when the server goes away, comes back or refuses something. */
  report(text: string): void
}

/** Sends requests in order, one at a time, again and again until the server takes or refuses them. */
export function createOutbox({ post, capacity, report }: Options): Outbox {
  const queue: Parcel[] = []
  const closing = new AbortController()
  let sending = false
  let attempt = 0

  async function send(): Promise<void> {
    sending = true
    for (let head = queue[0]; head !== undefined && !closing.signal.aborted; head = queue[0]) {
      const answer = await post(head.body, head.key).catch((error: Error) => error)
      const outcome = answer instanceof Error ? 'retry' : verdict(answer.status)
      if (outcome === 'retry') {
        await wait(answer)
        continue
      }
      if (outcome === 'drop') report(`refused: ${describe(answer)}`)
      if (attempt > 0) report(`sending again, ${queue.length - 1} waiting`)
      attempt = 0
      // While it was away it may have been the oldest of a full queue.
      if (queue[0] === head) queue.shift()
    }
    sending = false
  }

  async function wait(answer: Answer | Error): Promise<void> {
    if (attempt === 0) report(`not sent, trying again: ${describe(answer)}`)
    const asked = answer instanceof Error ? undefined : parseRetryAfter(answer.retryAfter, Date.now())
    const delayMs = retryDelayMs(attempt++, Math.random(), asked)
    await sleep(delayMs, undefined, { signal: closing.signal }).catch(() => undefined)
  }

  return {
    put(parcel) {
      queue.push(parcel)
      if (queue.length > capacity) queue.shift()
      if (!sending) void send()
    },
    size: () => queue.length,
    close: () => closing.abort(),
  }
}

function describe(answer: Answer | Error): string {
  if (answer instanceof Error) return answer.message
  return `status ${answer.status} ${answer.body.slice(0, 200)}`
}
