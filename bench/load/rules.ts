import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { AlertRuleVersion } from '@streamgauge/adapters/mariadb/alert-rules.ts'
import { openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'
import { srcHeader } from '@streamgauge/core/topics.ts'
import { Memory } from '@streamgauge/pipeline/alert/memory.ts'
import { RuleBook } from '@streamgauge/pipeline/alert/rules.ts'
import { takeRecords } from '@streamgauge/pipeline/alert/take.ts'
import { answer, ownCpuSeconds } from '../child.ts'

export interface RulesAsk {
  readonly databaseUrl: string
  /** Rules, and series with a point each in every record. */
  readonly count: number
  /** What a rule is about: one series of its own, every series; `parse` only reads the records. */
  readonly about: 'own' | 'every' | 'parse'
  readonly records: number
}

export interface RulesCost {
  readonly cpuPerMillion: number
  /** What rules and their states hold on the heap. */
  readonly megabytes: number
}

const tenant = 'bench'
const graceMs = 1_000
/** One point in so many is above the threshold: for a moment, as most that are. */
const breachEvery = 100

/** What the alert engine costs by itself, without log and store. Needs `--expose-gc`. */
answer<RulesAsk, RulesCost>(async ({ databaseUrl, count, about, records }) => {
  const database = openDatabase({ url: databaseUrl, connectionLimit: 1 })
  const values = Array.from({ length: records }, (_, src) => record(src, count))
  const before = heap()
  const book = new RuleBook(database)
  book.take(Array.from({ length: count }, (_, k) => rule(k + 1, about === 'own' ? agent(k) : null)))
  const memory = new Memory({ partition: 0, nextSrc: 0, topicOffset: 0, since: 0, version: 0 }, [], book)
  const from = ownCpuSeconds()
  for (const one of values) {
    if (about === 'parse') JSON.parse(one.value.toString('utf8'))
    else takeRecords(memory, [one], book, graceMs)
    memory.written()
  }
  const cpuPerMillion = ((ownCpuSeconds() - from) / (records * count)) * 1e6
  const megabytes = (heap() - before) / 1e6
  await database.close()
  return { cpuPerMillion, megabytes }
})

function heap(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

function agent(k: number): string {
  return `agent-${k}`
}

function record(src: number, count: number): LogRecord {
  const received = Date.now() + src * 1_000
  const series = Array.from({ length: count }, (_, k): SeriesName => ['cpu', agent(k), {}])
  const s = series.map((_, k) => k)
  const x = s.map((k) => ((k + src) % breachEvery === 0 ? 95 : (k * 7 + src) % 80))
  const batch: Batch = {
    v: 1,
    tenant,
    received,
    series,
    sid: s.map((k) => k + 1),
    s,
    t: s.map(() => received),
    x,
  }
  const headers = { [srcHeader]: String(src) }
  return {
    partition: 0,
    offset: src,
    key: tenant,
    timestamp: received,
    headers,
    value: Buffer.from(JSON.stringify(batch)),
  }
}

function rule(id: number, agentId: string | null): AlertRuleVersion {
  return {
    ...{ id, tenantId: 1, tenant, name: 'hot', severity: 'warning', channels: [], enabled: true, version: 1 },
    ...{ updatedAt: 0, isDeleted: false, metricName: 'cpu', agentId, tags: {}, operator: '>', threshold: 90 },
    ...{ durationMs: 10_000, keepFiringMs: 0, clearThreshold: null, noData: 'keep' },
  }
}
