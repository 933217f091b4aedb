import { readToEnd } from '@streamgauge/adapters/kafka/read.ts'
import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import { readFollowers } from '@streamgauge/adapters/mariadb/followers.ts'
import type { Queryable } from '@streamgauge/adapters/mariadb/pool.ts'
import { formatPosition } from '@streamgauge/core/position.ts'
import { alertGroup, topics } from '@streamgauge/core/topics.ts'
import type { Transition } from '@streamgauge/core/transition.ts'
import { poll } from '../poll.ts'
import { type AlertEvidence, type AlertVerdict, judgeAlerts } from './alert-verdict.ts'
import type { Arena } from './arena.ts'
import { expectedChanges } from './expected.ts'

const settings = {
  /** A message that failed twice, such as one whose sender was frozen in the middle of it, waits five minutes. */
  drainMs: 400_000,
  /** The last deadlines are decided a second or two after everything was read. */
  decideMs: 120_000,
}

/** The verdict, and what was not waited for to its end. */
export interface AlertResult extends AlertVerdict {
  readonly waiting: readonly string[]
}

/** What alerts were worth once everything is decided, published and told; `stoppedAt`: when the last point was sent. */
export async function judgeAlertsOf(
  arena: Arena,
  persisted: readonly LogRecord[],
  stoppedAt: number,
): Promise<AlertResult> {
  const { log, database, rules, told } = arena
  const expected = expectedChanges(rules, persisted, stoppedAt)
  const waiting: string[] = []
  const waitFor = (what: string, test: () => Promise<boolean>, ms = settings.drainMs) =>
    poll(test, ms).catch(() => waiting.push(what))
  const ends = await log.bounds(topics.persisted)
  await waitFor('records are not held against the rules', async () => {
    const cursors = new Map((await readFollowers(database, alertGroup)).map((one) => [one.partition, one]))
    return ends.every(({ partition, high }) => (cursors.get(partition)?.topicOffset ?? 0) >= high)
  })
  const recordedAll = async () => (await countRecorded(database)) >= expected.length
  await waitFor('fewer transitions than the points give', recordedAll, settings.decideMs)
  await waitFor('transitions wait for their topic', () => isEmpty(database, unpublished))
  await waitFor('messages wait for the receiver', () => isEmpty(database, untold))
  const evidence: AlertEvidence = {
    expected,
    recorded: await readRecorded(database),
    published: (await readToEnd(log, topics.transitions)).map(({ value }) => value.toString()),
    messages: told.got,
  }
  return { ...judgeAlerts(evidence), waiting }
}

const unpublished = 'SELECT 1 FROM alerts WHERE published_at IS NULL LIMIT 1'
const untold = "SELECT 1 FROM deliveries WHERE status = 'pending' LIMIT 1"

async function isEmpty(db: Queryable, sql: string): Promise<boolean> {
  return (await db.query(sql)).length === 0
}

async function countRecorded(db: Queryable): Promise<number> {
  const [{ count }] = await db.query<{ count: number }>('SELECT COUNT(*) AS count FROM alerts')
  return count
}

type Row = Omit<Transition, 'series' | 'position'> & {
  readonly metric: string
  readonly agent: string | null
  readonly tags: string
  readonly partition: number
  readonly offset: number
}

async function readRecorded(db: Queryable): Promise<Transition[]> {
  const rows = await db.query<Row>(
    `SELECT id, rule_id, rule_name, severity, metric_name AS metric, agent_id AS agent, CAST(tags AS CHAR) AS tags,
       from_state AS \`from\`, to_state AS \`to\`, reason, value, threshold, at,
       topic_partition AS \`partition\`, position AS \`offset\`
     FROM alerts ORDER BY id`,
  )
  return rows.map(({ metric, agent, tags, partition, offset, ...row }) => ({
    ...row,
    series: [metric, agent, JSON.parse(tags)],
    position: formatPosition({ partition, offset }),
  }))
}
