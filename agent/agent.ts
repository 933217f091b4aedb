import { createCourier } from './send/courier.ts'
import { keepConnected } from './send/keep-connected.ts'
import { openLink } from './send/link.ts'
import { birthPayload, farewellPayload, type Point, type Topics } from './send/messages.ts'
import { explain } from './send/reasons.ts'
import { openSpool, type SpoolCounts } from './spool/spool.ts'
import { nextLook, offsetOf } from './tick.ts'

export interface AgentOptions {
  readonly url: string
  readonly username: string
  readonly password: string
  readonly topics: Topics
  readonly intervalMs: number
  readonly spool: { readonly folder: string; readonly bytes: number }
  readonly version: string
  /** Told once, with every birth. */
  readonly inventory: Readonly<Record<string, unknown>>
  /** Looks at what is measured; `counts` is how the agent itself fares. */
  look(now: number, counts: SpoolCounts): Promise<readonly Point[]> | readonly Point[]
  /** Told what the person who runs it should know; silent while all is well. */
  report(text: string): void
}

export interface Agent {
  readonly epoch: number
  counts(): SpoolCounts
  /** Says that it was stopped, and ends; what is not delivered stays in the spool. */
  stop(): Promise<void>
}

const defaults = {
  /** What is under way at the end may still be answered, ms. */
  settleMs: 2_000,
}

/** Looks, spools and sends until `stop`. Many of them may run in one process. Throws when the spool can't be used. */
export function startAgent(options: AgentOptions): Agent {
  const { url, username, password, topics, intervalMs, report } = options
  const spool = openSpool({ ...options.spool, now: Date.now, report })
  const courier = createCourier({ spool, topics, report })
  const offsetMs = offsetOf(username, intervalMs)
  let farewell: (() => Promise<unknown>) | undefined
  let timer: NodeJS.Timeout | undefined
  let planned = 0
  let isUnreadable = false
  let dropped = 0

  const connection = keepConnected({
    open: () =>
      openLink({
        url,
        username,
        password,
        will: { topic: topics.status, payload: farewellPayload(spool.epoch, Date.now(), 'lost') },
      }),
    connected(link) {
      const { version, inventory } = options
      const birth = birthPayload(spool.epoch, Date.now(), { intervalMs, version, inventory })
      link.publish(topics.status, birth, { retain: true }).then(
        (reason) => {
          if (reason > 16) report(`the birth was not taken: ${explain(reason)}`)
        },
        () => undefined, // the next connection brings its own
      )
      courier.attach(link)
      farewell = () =>
        link.publish(topics.status, farewellPayload(spool.epoch, Date.now(), 'stopped'), { retain: true })
      void link.closed.then(() => {
        farewell = undefined
      })
    },
    report,
  })

  function schedule(): void {
    const now = Date.now()
    planned = nextLook(now, planned, { intervalMs, offsetMs })
    timer = setTimeout(tick, planned - now)
  }

  async function tick(): Promise<void> {
    schedule()
    try {
      const counts = spool.counts()
      courier.put(await options.look(Date.now(), counts))
      isUnreadable = false
      if (counts.droppedPoints > dropped)
        report(`the spool is full: ${counts.droppedPoints} points were given up so far, the oldest first`)
      dropped = counts.droppedPoints
    } catch (error) {
      if (!isUnreadable) report(`this machine can't be read: ${error}`)
      isUnreadable = true
    }
  }

  schedule()
  return {
    epoch: spool.epoch,
    counts: () => spool.counts(),
    async stop() {
      clearTimeout(timer)
      await courier.settled(defaults.settleMs)
      courier.close()
      await Promise.race([farewell?.().catch(() => undefined), wait(defaults.settleMs)])
      await connection.stop()
      spool.close()
    },
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
