import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../log.ts'
import { LockBusy } from '../mariadb/named-lock.ts'
import type { Provision } from './provision.ts'

/** A broker that has lost its logins, or has them from an old backup, has them back after this long at most. */
const everyMs = 10_000

/**
 * Keeps the logins at the broker as the table of agents says, from now on: one process after the other, whoever gets
 * the lock. A broker that is away is told once.
 */
export function keepReconciled(provision: Provision, logger: Logger): { close(): Promise<void> } {
  const closing = new AbortController()
  let away = false

  async function turn(): Promise<boolean> {
    try {
      const { repaired, more } = await provision.reconcile()
      if (away) logger.info('the logins of agents can be kept again')
      away = false
      if (repaired > 0) logger.warn({ repaired, more }, 'logins of agents at the broker were repaired')
      return more
    } catch (error) {
      if (error instanceof LockBusy) return false
      if (!away) logger.warn({ err: error }, 'the logins of agents can’t be kept at the moment')
      away = true
      return false
    }
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      if (await turn()) continue
      await sleep(everyMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined)
    }
  }

  const done = run()
  return {
    async close() {
      closing.abort()
      await done
    },
  }
}
