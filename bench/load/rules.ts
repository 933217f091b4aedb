import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { AlertRuleVersion } from '@streamgauge/adapters/mariadb/alert-rules.ts'
import { insertFollowers } from '@streamgauge/adapters/mariadb/followers.ts'
import { openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'
import { alertGroup, srcHeader } from '@streamgauge/core/topics.ts'
import { Memory } from '@streamgauge/pipeline/alert/memory.ts'
import { RuleBook } from '@streamgauge/pipeline/alert/rules.ts'
import { takeRecords } from '@streamgauge/pipeline/alert/take.ts'
import { writeMemory } from '@streamgauge/pipeline/alert/write.ts'
import { sessionSettings } from '@streamgauge/pipeline/persist/persist.ts'
import { answer, ownCpuSeconds } from '../child.ts'

export interface RulesAsk {
  readonly databaseUrl: string
  /** Rules, and series with a point each in every record. */
  readonly count: number
  /** What a rule is about: one series of its own, every series; `parse` only reads the records. */
  readonly about: 'own' | 'every' | 'parse'
  readonly records: number
  /** Writes after each record what is new, as one of a partition of this number that no pipeline knows. */
  readonly store?: { readonly partition: number }
}

export interface RulesCost {
  readonly cpuPerMillion: number
  /** What rules and their states hold on the heap. */
  readonly megabytes: number
  /** Rows of states and of transitions that a record made necessary. */
  readonly statesPerRecord: number
  readonly alertsPerRecord: number
}

const tenant = 'bench'
const graceMs = 1_000
/** One point in so many is above the threshold: for a moment, as most that are. */
const breachEvery = 100

/** What the alert engine costs, by itself or with its store. Needs `--expose-gc`. */
answer<RulesAsk, RulesCost>(async ({ databaseUrl, count, about, records, store }) => {
  const database = openDatabase({ url: databaseUrl, connectionLimit: 1, session: sessionSettings })
  const values = Array.from({ length: records }, (_, src) => record(src, count))
  const before = heap()
  const book = new RuleBook(database)
  book.take(Array.from({ length: count }, (_, k) => rule(k + 1, about === 'own' ? agent(k) : null)))
  const cursor = { partition: store?.partition ?? 0, nextSrc: 0, topicOffset: 0, since: 0, version: 0 }
  const memory = new Memory(cursor, [], book)
  if (store) await insertFollowers(database, alertGroup, [cursor])
  let states = 0
  let alerts = 0
  const from = ownCpuSeconds()
  for (const one of values) {
    if (about === 'parse') JSON.parse(one.value.toString('utf8'))
    else takeRecords(memory, [one], book, graceMs)
    states += memory.dirty.length
    alerts += memory.alerts.length
    if (store) await writeMemory(database, memory, Date.now())
    else memory.written()
  }
  const cpuPerMillion = ((ownCpuSeconds() - from) / (records * count)) * 1e6
  const megabytes = (heap() - before) / 1e6
  await database.close()
  return { cpuPerMillion, megabytes, statesPerRecord: states / records, alertsPerRecord: alerts / records }
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
