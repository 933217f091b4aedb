import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'
import { persistGroup, topics } from '@streamgauge/core/topics.ts'
import { type Installation, processNames, type Tenant } from '../installation.ts'
import type { Line } from '../line.ts'
import { measureLoad } from '../load/load-data.ts'
import { poll } from '../poll.ts'
import { cpuSeconds } from '../proc.ts'
import { repeat } from '../rounds.ts'

/** Persist takes 16 such records in one transaction. */
const shape = { points: 500, series: 100, recordsPerTenant: 400, tenants: 3 }
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
  async measure({ installation, say }) {
    const tenants: Tenant[] = []
    for (let i = 0; i < shape.tenants; i++) tenants.push(await installation.tenant('persist'))
    say('warming up')
    for (let n = 0; n < warmUpRounds; n++) await drain(installation, tenants)
    await measureLoad(installation, 1)
    const reached: number[] = []
    const alone: number[] = []
    const three: number[] = []
    const split: string[] = []
    await repeat(rounds, say, async () => {
      alone.push((await measureLoad(installation, 1)).rowsPerSecond)
      three.push((await measureLoad(installation, shape.tenants)).rowsPerSecond)
      const before = processNames.map((name) => cpuSeconds(installation.pid(name)))
      const { rows, seconds } = await drain(installation, tenants)
      reached.push(rows / seconds)
      const cores = processNames.map((name, i) => (cpuSeconds(installation.pid(name)) - before[i]) / seconds)
      split.push(processNames.map((name, i) => `${name} ${cores[i].toFixed(2)}`).join(', '))
    })
    return [
      {
        id: 'persist',
        title: 'persist, from the log into MariaDB, rows/s',
        unit: 'points/s',
        rounds: reached,
        ceiling: { what: 'a bare loop of the same LOAD DATA, one connection', rounds: alone },
        budget: { least: 0.8, of: 'ratio' },
        note: `three connections load ${three.map((rate) => `${Math.round(rate / 1000)}k`).join(', ')} rows/s; cores used in the last round: ${split.at(-1)}`,
      },
    ]
  },
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
