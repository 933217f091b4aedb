import {
  type AlertStateRow,
  deleteAlertStates,
  writeAlertStates,
} from '@streamgauge/adapters/mariadb/alert-states.ts'
import { insertAlerts } from '@streamgauge/adapters/mariadb/alerts.ts'
import { advanceFollower, lockFollower } from '@streamgauge/adapters/mariadb/followers.ts'
import { insertDeliveries, type News } from '@streamgauge/adapters/mariadb/outbox.ts'
import type { Connection, Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { tell } from '@streamgauge/core/told.ts'
import { alertGroup } from '@streamgauge/core/topics.ts'
import { Fenced, inTransaction } from '../rollup/write.ts'
import type { Memory } from './memory.ts'
import type { AlertStepHook } from './steps.ts'
import type { Watch } from './watch.ts'

/**
 * Writes what a memory knows more than the rows: one transaction that moves the cursor together with states,
 * transitions and the news of them, or leaves nothing behind. Throws `Fenced`, or what MariaDB says; then the memory
 * must be dropped.
 */
export async function writeMemory(
  db: Database,
  memory: Memory,
  now: number,
  step?: AlertStepHook,
): Promise<void> {
  const { partition, saved, place } = memory
  step?.('alert_taken')
  const recorded = await inTransaction(db, async (connection) => {
    // 1. The lock comes first: from here on nobody else works on this partition.
    const cursor = await lockFollower(connection, alertGroup, partition)
    const { nextSrc, topicOffset, version } = saved
    if (cursor?.nextSrc !== nextSrc || cursor.topicOffset !== topicOffset || cursor.version !== version)
      throw new Fenced(
        `the cursor is at ${cursor?.nextSrc}, version ${cursor?.version}, not ${nextSrc}, ${version}`,
      )
    step?.('alert_locked')

    // 2. Transitions, what is to be told of them, and where each rule is.
    const { news, known } = await recordAlerts(connection, memory, now)
    await insertDeliveries(connection, news, now)
    const states = memory.dirty.filter(({ instance }) => instance !== undefined)
    await writeAlertStates(
      connection,
      states.flatMap((watch) => rowOf({ ...watch, ...known.get(watch) }, partition) ?? []),
    )
    await deleteAlertStates(
      connection,
      memory.dirty.filter(({ instance, stored }) => stored && !instance).map(keyOf),
    )
    step?.('alert_written')

    // 3. The cursor moves with them, where it is still ours.
    if (!(await advanceFollower(connection, alertGroup, partition, { from: saved, to: place })))
      throw new Fenced('the cursor moved under its lock')
    step?.('alert_moved')
    return known
  })
  step?.('alert_committed')
  // Only now: what was rolled back has told nobody.
  for (const [watch, told] of recorded) Object.assign(watch, told)
  memory.written()
}

type Known = Pick<Watch, 'alertId' | 'told'>

/** Answers what is to be told, and what is known of each watch once that is written. */
async function recordAlerts(
  connection: Connection,
  { alerts }: Memory,
  now: number,
): Promise<{ news: readonly News[]; known: ReadonlyMap<Watch, Known> }> {
  const known = new Map<Watch, Known>()
  const news: News[] = []
  if (alerts.length === 0) return { news, known }
  const ids = await insertAlerts(
    connection,
    alerts.map(({ alert }) => alert),
    now,
  )
  for (const [i, { watch, alert }] of alerts.entries()) {
    const alertId = ids[i]
    const { tenantId, channels } = alert.rule
    const before = (known.get(watch) ?? watch).told
    const { telling, told } = tell(before, { id: alertId, from: alert.from, to: alert.to }, channels)
    known.set(watch, { alertId, told })
    if (telling) news.push({ alertId, tenantId, ...telling })
  }
  return { news, known }
}

function keyOf({ rule, seriesId }: Watch): Pick<AlertStateRow, 'ruleId' | 'seriesId'> {
  return { ruleId: rule.id, seriesId }
}

function rowOf(watch: Watch, partition: number): AlertStateRow | undefined {
  const { version, instance, offset, alertId, told } = watch
  if (!version || !instance) return undefined
  const { tenantId } = version
  return { ...keyOf(watch), tenantId, partition, version: version.version, instance, offset, alertId, told }
}
