import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'
import { persistGroup, topics } from '@streamgauge/core/topics.ts'
import { runsOf } from '@streamgauge/pipeline/persist/runs.ts'
import { type Installation, processNames, type Tenant } from '../installation.ts'
import type { Bench, Line, Row } from '../line.ts'
import { measureLoad } from '../load/load-data.ts'
import { poll } from '../poll.ts'
import { cpuSeconds } from '../proc.ts'
import { repeat } from '../rounds.ts'

const shape = { points: 500, series: 100, recordsPerTenant: 400 }
const manyTenants = 3
const rounds = 5
const warmUpRounds = 2
const appendRecords = 50
/** Between two records of a tenant, ms. */
const recordMs = 50

/**
 * Rows a second from the log into MariaDB and back into the log. Records are put into the log while the pipeline is
 * frozen, for less time than its session lasts; the clock runs from its waking until the last row is committed.
 */
export const persist: Line = {
  name: 'persist',
  measure: (bench) =>
    measure(bench, manyTenants, {
      id: 'persist',
      title: 'persist, from the log into MariaDB, rows/s',
      budget: { least: 0.8, of: 'ratio' },
    }),
}

/** The same with one partition to work on: a tenant lives in one, and its records are loaded one run after the other. */
export const oneTenant: Line = {
  name: 'one-tenant',
  measure: (bench) =>
    measure(bench, 1, { id: 'one-tenant', title: '— the same, all of one tenant, so in one partition' }),
}

async function measure(
  { installation, say }: Bench,
  tenantCount: number,
  row: Pick<Row, 'id' | 'title' | 'budget'>,
): Promise<Row[]> {
  const tenants: Tenant[] = []
  for (let i = 0; i < tenantCount; i++) tenants.push(await installation.tenant('persist'))
  say('warming up')
  for (let n = 0; n < warmUpRounds; n++) await drain(installation, tenants)
  const rows = rowsOfRun(tenants[0])
  await measureLoad(installation, { connections: 1, rows })
  const reached: number[] = []
  const alone: number[] = []
  const three: number[] = []
  const split: string[] = []
  await repeat(rounds, say, async () => {
    alone.push((await measureLoad(installation, { connections: 1, rows })).rowsPerSecond)
    three.push((await measureLoad(installation, { connections: manyTenants, rows })).rowsPerSecond)
    const before = processNames.map((name) => cpuSeconds(installation.pid(name)))
    const drained = await drain(installation, tenants)
    reached.push(drained.rows / drained.seconds)
    const cores = processNames.map(
      (name, i) => (cpuSeconds(installation.pid(name)) - before[i]) / drained.seconds,
    )
    split.push(processNames.map((name, i) => `${name} ${cores[i].toFixed(2)}`).join(', '))
  })
  return [
    {
      ...row,
      unit: 'points/s',
      rounds: reached,
      ceiling: { what: 'a bare loop of the same LOAD DATA, one connection', rounds: alone },
      note: `${rows} rows a transaction; three connections load ${three.map((rate) => `${Math.round(rate / 1000)}k`).join(', ')} rows/s; cores used in the last round: ${split.at(-1)}`,
    },
  ]
}

async function drain(
  { log, database, signal }: Installation,
  tenants: readonly Tenant[],
): Promise<{ rows: number; seconds: number }> {
  const values = tenants.map((tenant) => records(tenant))
  signal('pipeline', 'SIGSTOP')
  try {
    for (const [i, { name: key }] of tenants.entries()) {
      for (let at = 0; at < values[i].length; at += appendRecords) {
        const some = values[i].slice(at, at + appendRecords)
        await log.append(
          topics.ingest,
          some.map((value) => ({ key, value })),
        )
      }
    }
  } finally {
    signal('pipeline', 'SIGCONT')
  }
  const start = performance.now()
  const ends = await log.bounds(topics.ingest)
  await poll(async () => {
    const cursors = await readCursors(database, persistGroup)
    return ends.every(({ partition, high }) => cursors[partition].nextOffset >= high)
  }, 60_000)
  const seconds = (performance.now() - start) / 1000
  return { rows: tenants.length * shape.recordsPerTenant * shape.points, seconds }
}

/** Rows that persist loads in one transaction when such records wait. */
function rowsOfRun(tenant: Tenant): number {
  const waiting = records(tenant).map((text, offset): LogRecord => {
    const value = Buffer.from(text)
    return { partition: tenant.partition, offset, key: tenant.name, timestamp: 0, headers: {}, value }
  })
  return runsOf(waiting)[0].length * shape.points
}

/** How far back the first points lie: further than all rounds take, so that none is in the future. */
const historyMs = 10 * 60_000
/** By tenant: like the rows of the bare loop, those of a round go on in time where the one before ended. */
const nextTime = new Map<string, number>()

/** What the HTTP connector would have written. */
function records({ name }: Tenant): string[] {
  const { points, series, recordsPerTenant } = shape
  const names = Array.from(
    { length: series },
    (_, k): SeriesName => [`persist.${k % 10}`, `host-${Math.floor(k / 10)}`, { region: 'eu-central-1' }],
  )
  const received = Date.now()
  const first = nextTime.get(name) ?? received - historyMs
  nextTime.set(name, first + recordsPerTenant * recordMs)
  const index = Array.from({ length: points }, (_, i) => i % series)
  return Array.from({ length: recordsPerTenant }, (_, r) => {
    const batch: Batch = {
      v: 1,
      tenant: name,
      received,
      series: names,
      s: index,
      t: index.map((_, i) => first + r * recordMs + Math.floor(i / series) * 10),
      x: index.map((_, i) => ((r * 7919 + i * 104_729 + received) % 100_000) / 1000),
    }
    return JSON.stringify(batch)
  })
}
