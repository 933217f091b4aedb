import type { Message } from '../spool/ledger.ts'
import type { Spool } from '../spool/spool.ts'
import { backoffMs } from './backoff.ts'
import type { Link } from './link.ts'
import { batchPayload, type Point, splitPoints, type Topics } from './messages.ts'
import { explain } from './reasons.ts'

export interface CourierOptions {
  readonly spool: Spool
  readonly topics: Topics
  /** Told when something is not taken, and when it is again. */
  report(text: string): void
}

/** Brings messages from the spool to the broker over one connection after the other. */
export interface Courier {
  /** Spools points and sends them at once where it can: what is measured now goes before what waits. */
  put(points: readonly Point[]): void
  /** Sends over this connection until it ends. */
  attach(link: Link): void
  /** Resolves when every message under way is answered, or after `ms`. */
  settled(ms: number): Promise<void>
  close(): void
}

export const pace = {
  /** What waits is sent at this rate: a day's worth at 1 Hz in about an hour, without drowning those who receive it. */
  messagesPerSecond: 25,
  everyMs: 200,
  /** Unanswered publishes at once. */
  window: 20,
  /** A message's payload before the broker has named its limit, bytes. */
  payloadBytes: 128 * 1024,
}
/** Topic, header and properties of a packet take less than this beside its payload, bytes. */
const overheadBytes = 256

export function createCourier({ spool, topics, report }: CourierOptions): Courier {
  const underWay = new Set<Message>()
  let idle: (() => void) | undefined
  let link: Link | undefined
  /** What waits, as of the connection or the end of a pause; `next` is the place in it. */
  let backlog: Message[] = []
  let next = 0
  let timer: NodeJS.Timeout | undefined
  let resume: NodeJS.Timeout | undefined
  let refusals = 0
  let told: number | undefined

  const window = () => Math.min(link?.receiveMaximum ?? 0, pace.window)
  const payloadLimit = () =>
    Math.min(pace.payloadBytes, (link?.maximumPacketSize ?? Infinity) - overheadBytes)

  function spoolPoints(points: readonly Point[]): Message[] {
    return splitPoints(points, payloadLimit()).map((part) =>
      spool.append(part.length, (id) => batchPayload(id, part)),
    )
  }

  async function send(message: Message): Promise<void> {
    const over = link
    const payload = spool.read(message)
    if (over === undefined) return
    if (payload === undefined) return spool.drop(message)
    if (payload.length > over.maximumPacketSize - overheadBytes) return splitAgain(message, payload)
    underWay.add(message)
    try {
      const reason = await over.publish(topics.batch, payload)
      if (reason === 0) taken(message)
      else refused(reason)
    } catch {
      // The connection has ended; the next one begins with what waits.
    } finally {
      underWay.delete(message)
      if (underWay.size === 0) idle?.()
    }
  }

  /** This broker takes less than the one it was spooled for: its points go under new numbers. */
  function splitAgain(message: Message, payload: Buffer): void {
    const { points } = JSON.parse(payload.toString()) as { points: Point[] }
    if (points.length === 1) {
      report(`a point of ${payload.length} bytes was given up: ${explain(149)}`)
      spool.drop(message)
      return
    }
    queue(spoolPoints(points))
    spool.replaced(message)
  }

  function taken(message: Message): void {
    spool.delivered(message)
    if (told !== undefined) report('the broker takes what is published again')
    told = undefined
    refusals = 0
  }

  function refused(reason: number): void {
    if (reason !== told) report(`not taken, kept and tried again: ${explain(reason)}`)
    told = reason
    if (resume !== undefined) return
    stopDraining()
    resume = setTimeout(startDraining, backoffMs(refusals++, Math.random()))
  }

  function startDraining(): void {
    clearTimeout(resume)
    resume = undefined
    stopDraining()
    if (link === undefined) return
    backlog = spool.undelivered().filter((message) => !underWay.has(message))
    timer = setInterval(drain, pace.everyMs)
    drain()
  }

  function stopDraining(): void {
    clearInterval(timer)
    timer = undefined
    backlog = []
    next = 0
  }

  function queue(messages: readonly Message[]): void {
    backlog.push(...messages)
    timer ??= setInterval(drain, pace.everyMs)
  }

  function drain(): void {
    // After a refusal a single message finds out whether it still holds.
    const share = told === undefined ? (pace.messagesPerSecond * pace.everyMs) / 1000 : 1
    for (let n = 0; n < share && next < backlog.length && underWay.size < window(); ) {
      const message = backlog[next++]
      if (message.dropped || message.deliveredAt !== 0) continue
      void send(message)
      n++
    }
    if (next >= backlog.length) stopDraining()
  }

  return {
    put(points) {
      if (points.length === 0) return
      for (const message of spoolPoints(points)) {
        if (link === undefined || resume !== undefined) continue
        if (underWay.size < window()) void send(message)
        else queue([message])
      }
    },
    attach(to) {
      link = to
      spool.connected()
      startDraining()
      void to.closed.then(() => {
        if (link !== to) return
        link = undefined
        stopDraining()
      })
    },
    settled(ms) {
      if (underWay.size === 0) return Promise.resolve()
      return new Promise((resolve) => {
        const limit = setTimeout(resolve, ms)
        idle = () => {
          clearTimeout(limit)
          resolve()
        }
      })
    },
    close() {
      link = undefined
      stopDraining()
      clearTimeout(resume)
    },
  }
}
