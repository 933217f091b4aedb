import { setTimeout as sleep } from 'node:timers/promises'
import { backoffMs } from './backoff.ts'
import type { Link } from './link.ts'
import { explainConnection } from './reasons.ts'

interface Options {
  open(): Promise<Link>
  /** Called with each new connection. */
  connected(link: Link): void
  /** Told when the connection is lost or refused, once for each reason, and when it is back. */
  report(text: string): void
}

/** After this long a connection counts as good: the next loss begins with the shortest delay again, ms. */
const steadyMs = 10_000

/** Connects again and again, with growing delays, until `stop`, which ends the connection that there is. */
export function keepConnected({ open, connected, report }: Options): { stop(): Promise<void> } {
  const stopping = new AbortController()
  let link: Link | undefined

  async function run(): Promise<void> {
    let attempt = 0
    let told: string | undefined
    while (!stopping.signal.aborted) {
      const since = performance.now()
      let why: unknown
      try {
        link = await open()
        if (stopping.signal.aborted) break
        if (told !== undefined) report('connected again')
        told = undefined
        connected(link)
        why = await link.closed
      } catch (error) {
        why = error
      }
      link = undefined
      if (stopping.signal.aborted) return
      const text = explainConnection(why)
      if (text !== told) report(`no connection, trying again: ${text}`)
      told = text
      attempt = performance.now() - since > steadyMs ? 0 : attempt + 1
      await sleep(backoffMs(attempt, Math.random()), undefined, { signal: stopping.signal }).catch(
        () => undefined,
      )
    }
    await link?.close()
  }

  const done = run()
  return {
    async stop() {
      stopping.abort()
      await link?.close()
      await done
    },
  }
}
