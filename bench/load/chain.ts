import { setTimeout as sleep } from 'node:timers/promises'
import { openLog } from '@streamgauge/adapters/kafka/log.ts'
import type { Bounds, LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { topics } from '@streamgauge/core/topics.ts'
import type { Installation } from '../installation.ts'

const load = `LOAD DATA LOCAL INFILE 'memory' INTO TABLE bench_chain
  FIELDS TERMINATED BY '\\t' LINES TERMINATED BY '\\n' (series_id, ts, position, value)`
const patienceMs = 10_000
const key = 'chain'

/** Log → store → log and nothing else: append, read, one transaction of one row, append, read. */
export interface Chain extends AsyncDisposable {
  /** Sends a record every `everyMs`; answers how long each took through all of it, ms. */
  run(everyMs: number, count: number): Promise<number[]>
}

/** Topics and a table of its own on the services of the installation. */
export async function openChain({ kafkaBrokers, database }: Installation): Promise<Chain> {
  await using cleanup = new AsyncDisposableStack()
  const logger = createLog({ name: 'chain', level: 'silent', terminal: false })
  const log = await openLog({ brokers: kafkaBrokers, topicPrefix: 'chain.', clientId: 'chain', logger })
  cleanup.defer(() => log.close())
  await log.ensureTopics()
  await database.execute(
    'CREATE TABLE IF NOT EXISTS bench_chain (series_id INT UNSIGNED, ts BIGINT, position BIGINT, value DOUBLE, PRIMARY KEY (series_id, ts, position))',
  )
  const connection = await database.connection()
  cleanup.defer(() => connection.destroy())
  let arrived: (n: number, at: number) => void = () => undefined

  async function store(_: number, records: readonly LogRecord[]): Promise<undefined> {
    const rows = records.map(({ offset, value, timestamp }) => `1\t${timestamp}\t${offset}\t${value}\n`)
    await connection.begin()
    await connection.load(load, Buffer.from(rows.join('')))
    await connection.commit()
    await log.append(
      topics.persisted,
      records.map(({ value }) => ({ key, value })),
    )
  }
  async function finish(_: number, records: readonly LogRecord[]): Promise<undefined> {
    const at = performance.now()
    for (const { value } of records) arrived(Number(value), at)
  }
  await Promise.all([tail(topics.ingest, store), tail(topics.persisted, finish)])

  async function tail(topic: string, batch: typeof store): Promise<void> {
    const assigned = Promise.withResolvers<void>()
    const atEnd = async (bounds: readonly Bounds[]) => {
      assigned.resolve()
      return new Map(bounds.map(({ partition, high }) => [partition, high]))
    }
    await log.runGroup({ group: `bench-${topic}`, topic }, { assigned: atEnd, batch })
    await assigned.promise
  }

  const ending = cleanup.move()
  return {
    async run(everyMs, count) {
      const sentAt: number[] = []
      const latencies: number[] = []
      const all = Promise.withResolvers<void>()
      all.promise.catch(() => undefined) // as in probe.ts
      arrived = (n, at) => {
        latencies.push(at - sentAt[n])
        if (latencies.length === count) all.resolve()
      }
      const start = performance.now() + everyMs
      for (let n = 0; n < count; n++) {
        await sleep(Math.max(0, start + n * everyMs - performance.now()))
        sentAt.push(performance.now())
        log.append(topics.ingest, [{ key, value: String(n) }]).catch(all.reject)
      }
      const late = sleep(patienceMs, undefined, { ref: false }).then(() => {
        throw new Error(`${count - latencies.length} of ${count} records did not come through the chain`)
      })
      await Promise.race([all.promise, late])
      return latencies
    },
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  }
}
