import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { AlertRuleVersion } from '@streamgauge/adapters/mariadb/alert-rules.ts'
import type { NamedAlertState } from '@streamgauge/adapters/mariadb/alert-states.ts'
import { createRandom } from '@streamgauge/core/random.ts'
import { srcHeader } from '@streamgauge/core/topics.ts'
import { Memory } from './memory.ts'
import { RuleBook } from './rules.ts'
import { takeRecords } from './take.ts'

const base = 1_790_000_000_000
const graceMs = 1_000
const onTheirWayMs = 500
/** `SEED=…` draws again what failed. */
const seed = Number(process.env.SEED ?? Date.now())
let random = createRandom(seed)
const pick = (below: number) => random.between(0, below - 1)

const common = {
  ...{
    tenantId: 1,
    tenant: 'acme',
    name: 'hot',
    severity: 'warning',
    channels: [],
    enabled: true,
    version: 1,
  },
  ...{ updatedAt: 0, isDeleted: false, metricName: 'cpu', agentId: null, tags: {} },
  ...{ operator: '>' as const, threshold: 5, durationMs: 0, keepFiringMs: 0, clearThreshold: null },
  noData: 'keep' as const,
}
const rules: AlertRuleVersion[] = [
  { ...common, id: 1 },
  { ...common, id: 2, durationMs: 3_000, noData: 'alert' },
  { ...common, id: 3, durationMs: 2_000, keepFiringMs: 4_000, clearThreshold: 3, noData: 'ok' },
  { ...common, id: 4, durationMs: 301_000, operator: '<' },
  { ...common, id: 5, version: 3, updatedAt: base + 40_000, durationMs: 1_000 },
  { ...common, id: 6, version: 2, updatedAt: base + 30_000, isDeleted: true },
  { ...common, id: 7, updatedAt: base + 10_000 },
]
/** What edited ones said before. */
const earlier: AlertRuleVersion[] = [
  { ...common, id: 5, threshold: 3 },
  { ...common, id: 5, version: 2, updatedAt: base + 20_000, threshold: 7, durationMs: 5_000 },
  { ...common, id: 6 },
  { ...common, id: 6, version: 2, updatedAt: base + 15_000, durationMs: 2_000, noData: 'alert' },
]

function bookOf(some: readonly AlertRuleVersion[]): RuleBook {
  const made = new RuleBook({
    query: async () => [],
    execute: async () => ({ affectedRows: 0, insertId: 0 }),
  })
  made.take(some, earlier)
  return made
}

const book = bookOf(rules)

/** The cursor, states and transitions, which move together, as in MariaDB. */
class Store {
  cursor = { partition: 0, nextSrc: 0, topicOffset: 0, since: 0, version: 0 }
  readonly states = new Map<string, NamedAlertState>()
  readonly alerts: string[] = []

  open(): Memory {
    return new Memory(this.cursor, structuredClone([...this.states.values()]), book)
  }

  /** What write.ts does in one transaction; false when fenced. */
  write(memory: Memory): boolean {
    const { cursor } = this
    const keys = ['nextSrc', 'topicOffset', 'version'] as const
    if (keys.some((key) => cursor[key] !== memory.saved[key])) return false
    for (const { alert } of memory.alerts) {
      const { rule, seriesId, from, to, at, reason, value, offset } = alert
      this.alerts.push(`${rule.id}:${seriesId} ${from}>${to}@${at - base} ${reason} ${value} ${offset}`)
    }
    for (const { rule, version, seriesId, series, instance, offset, alertId, told } of memory.dirty) {
      const key = `${rule.id}:${seriesId}`
      if (!instance || !version) {
        this.states.delete(key)
        continue
      }
      const names = { ruleId: rule.id, seriesId, series, tenantId: 1, partition: 0, version: version.version }
      this.states.set(key, structuredClone({ ...names, instance, offset, alertId, told }))
    }
    this.cursor = { ...cursor, ...memory.place }
    return true
  }

  /** By rule and series, each in its order: what happens to one doesn't depend on the others. */
  get outcome(): string[] {
    return this.alerts.toSorted((a, b) =>
      a.split(' ')[0] < b.split(' ')[0] ? -1 : a.split(' ')[0] > b.split(' ')[0] ? 1 : 0,
    )
  }
}

interface Arrival {
  /** When the record was in the log. */
  readonly at: number
  readonly record: LogRecord
}

/** Records that arrive over some minutes, with late, early and equal times, silences, and records published again. */
function drawLog(count: number): Arrival[] {
  const log: Arrival[] = []
  let at = base
  const bodies = Array.from({ length: count }, () => {
    at += pick(25) === 0 ? 310_000 + pick(400_000) : pick(1_500)
    const received = at - pick(onTheirWayMs)
    const s = Array.from({ length: pick(4) }, () => pick(2))
    const t = s.map(() => received - pick(4) * pick(1_000) + (pick(10) === 0 ? pick(3_000) : 0))
    const x = s.map(() => pick(10))
    const series = [
      ['cpu', 'a', {}],
      ['cpu', 'b', {}],
    ]
    return { at, text: JSON.stringify({ v: 1, tenant: 'acme', received, series, sid: [1, 2], s, t, x }) }
  })
  const append = (src: number, arrived: number) => {
    const { text } = bodies[src]
    const names = { partition: 0, offset: log.length, key: 'acme', timestamp: arrived }
    const record = { ...names, headers: { [srcHeader]: String(src) }, value: Buffer.from(text) }
    log.push({ at: arrived, record })
  }
  for (let src = 0; src < count; src++) {
    append(src, bodies[src].at)
    const back = pick(6) === 0 ? 1 + pick(Math.min(4, src + 1)) : 0
    for (let again = src + 1 - back; again <= src; again++) append(again, bodies[src].at)
  }
  return log
}

/** What clock.ts does, at the time `now`; the end of `metrics.ingest` is what had arrived by then. */
function tick(memory: Memory, log: readonly Arrival[], now: number): void {
  const to = now - graceMs - onTheirWayMs
  if (!memory.target && memory.isDue(to)) {
    const end = Math.max(
      0,
      ...log.filter(({ at }) => at <= now).map(({ record }) => Number(record.headers[srcHeader]) + 1),
    )
    memory.target = { end, at: now }
  }
  const { target } = memory
  if (!target || memory.nextSrc < target.end) return
  memory.target = undefined
  memory.tick(target.at - graceMs - onTheirWayMs, target.at - onTheirWayMs, graceMs)
}

/** Nobody dies and nothing waits. */
function undisturbed(log: readonly Arrival[], until: number): string[] {
  const store = new Store()
  const memory = store.open()
  for (let now = base; now <= until; now += 1_000) {
    take(memory, log, now, log.length)
    tick(memory, log, now)
    store.write(memory)
    memory.written()
  }
  return store.outcome
}

function take(memory: Memory, log: readonly Arrival[], now: number, most: number): void {
  const { topicOffset } = memory
  const arrived = log.slice(topicOffset, topicOffset + most).filter(({ at }) => at <= now)
  takeRecords(
    memory,
    arrived.map(({ record }) => record),
    book,
    graceMs,
  )
}

test('crashes, replaced and woken owners, backlogs, edited rules and records published again: the same transitions as without', (t) => {
  t.diagnostic(`SEED=${seed}`)
  random = createRandom(seed)
  let transitions = 0
  for (let run = 0; run < 150; run++) {
    const log = drawLog(60)
    const until = log[log.length - 1].at + 1_000_000
    const store = new Store()
    /** Whoever believes to own the partition; all but the last have been replaced. */
    let owners: Memory[] = [store.open()]
    let asleepUntil = base
    for (let now = base; now <= until; now += 1_000) {
      if (pick(40) === 0) asleepUntil = now + pick(400_000)
      if (now < asleepUntil && until - now > 500_000) continue
      for (let turn = pick(4); turn >= 0; turn--) {
        const owner = owners[pick(4) === 0 ? pick(owners.length) : owners.length - 1]
        const fresh = () => owners.splice(owners.indexOf(owner), 1, store.open())
        switch (pick(8)) {
          case 0: // somebody else is assigned, and this one may wake later
            owners = [...owners, store.open()].slice(-3)
            break
          case 1: // a crash, what was taken is gone
            fresh()
            break
          case 2: // a crash between the commit and its answer
            if (owner.isDirty()) store.write(owner)
            fresh()
            break
          case 3:
          case 4:
            tick(owner, log, now)
            break
          case 5:
            if (!owner.isDirty()) break
            if (store.write(owner)) owner.written()
            else fresh()
            break
          default:
            take(owner, log, now, 1 + pick(8))
        }
      }
    }
    const last = store.open()
    take(last, log, until, log.length)
    tick(last, log, until)
    store.write(last)
    const expected = undisturbed(log, until)
    assert.deepEqual(store.outcome, expected)
    transitions += expected.length
  }
  assert.ok(transitions > 1_000, `only ${transitions} transitions`)
})

test('rules over the same series: each gives what it gives alone', (t) => {
  t.diagnostic(`SEED=${seed}`)
  random = createRandom(seed)
  for (let run = 0; run < 20; run++) {
    const records = drawLog(60).map(({ record }) => record)
    const outcome = (some: RuleBook) => {
      const memory = new Memory(new Store().cursor, [], some)
      takeRecords(memory, records, some, graceMs)
      return Map.groupBy(
        memory.alerts.map(({ alert: { rule, series: _, ...rest } }) => ({ id: rule.id, ...rest })),
        ({ id }) => id,
      )
    }
    const together = outcome(book)
    for (const rule of rules) assert.deepEqual(together.get(rule.id), outcome(bookOf([rule])).get(rule.id))
  }
})
