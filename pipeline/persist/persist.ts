import type { GroupHandlers, Log, LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import { findDead } from '@streamgauge/adapters/mariadb/dead.ts'
import { isDataError } from '@streamgauge/adapters/mariadb/faults.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { invariant } from '@streamgauge/core/invariant.ts'
import { dedupeStored } from './dedupe.ts'
import { fingerprintOf } from './hash.ts'
import { createKeeper, type KeeperHealth } from './keeper.ts'
import { sendLetters } from './letters.ts'
import type { Memory } from './memory.ts'
import type { PersistMetrics } from './metrics.ts'
import { publish } from './publish.ts'
import { publishedRecord } from './published.ts'
import { readRun, type Tenants } from './read-run.ts'
import { resolveStored } from './resolve.ts'
import { type DeadEntry, type Entry, isLive, type Kept, keptCount } from './run.ts'
import { runsOf } from './runs.ts'
import { SeriesCache } from './series-cache.ts'
import type { StepHook } from './steps.ts'
import { Stop } from './stop.ts'
import { type Written, writeRun } from './write-run.ts'

export interface PersistTools {
  readonly log: Log
  /** With the session settings of `sessionSettings`. */
  readonly db: Database
  readonly tenants: Tenants
  readonly metrics: PersistMetrics
  readonly logger: Logger
  readonly rawRetentionMs: number
  /** Makes the partitions that rows are missing. */
  readonly needPartitions: () => Promise<void>
  /** Epoch ms. */
  readonly clock: () => number
  /** Told of every step that is done. Only chaos runs have one. */
  readonly step?: StepHook
}

export interface Persist {
  readonly handlers: Required<GroupHandlers>
  /** Takes no new run; one that is being worked on ends. */
  stop(): void
  /** Writes what is known to be published. Call it when the handlers have ended. */
  drain(): Promise<void>
  health(): KeeperHealth
}

/** A frozen owner must not hold the cursor row: its transaction ends by itself and the next one gets the lock. */
export const sessionSettings: readonly string[] = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  'SET SESSION idle_transaction_timeout = 5, innodb_lock_wait_timeout = 3, net_read_timeout = 5',
]

/**
 * From `metrics.ingest` to MariaDB and `metrics.persisted`, exactly once (docs/flow.md). The promise is in the order of
 * the steps below: a record is published only after it is committed, and only after everything before it.
 */
export function createPersist(tools: PersistTools): Persist {
  const { log, db, metrics } = tools
  const cache = new SeriesCache()
  const keeper = createKeeper(tools)
  let stopping = false

  async function batch(
    partition: number,
    records: readonly LogRecord[],
    high: number,
  ): Promise<number | 'pause' | undefined> {
    const memory = keeper.memoryOf(partition)
    if (!memory) return 'pause'
    try {
      const gap = records.findIndex(({ offset }, i) => offset !== memory.reading + i)
      // Those before it are as good as any.
      const due = await catchUp(memory, gap === -1 ? records : records.slice(0, gap))
      for (const run of runsOf(due)) {
        if (stopping) break
        await persistRun(memory, run)
        memory.reading = memory.next
      }
      await memory.publishing
      if (gap !== -1 && !stopping) throw gapBefore(memory, records[gap])
      memory.lastRun = tools.clock()
      keeper.succeeded(memory, high)
      return memory.reading > records[records.length - 1].offset ? undefined : memory.reading
    } catch (error) {
      // Nothing of this memory may still be on its way when the partition is read again.
      await memory.publishing.catch(() => undefined)
      return await keeper.failed(memory, error)
    }
  }

  /** Publishes again what was persisted but may not have been published, and answers what is left to persist. */
  async function catchUp(memory: Memory, records: readonly LogRecord[]): Promise<readonly LogRecord[]> {
    const { next } = memory
    if (records.length === 0 || records[0].offset >= next) return records
    const persisted = records.filter(({ offset }) => offset < next)
    const last = persisted[persisted.length - 1]
    memory.held.push(...persisted.filter(({ offset }) => offset >= memory.published))
    if (!memory.verified && last.offset === next - 1) {
      if (!memory.fingerprint?.equals(fingerprintOf(last)))
        throw new Stop('OTHER_LOG', memory.partition, `at offset ${last.offset}`)
      memory.verified = true
    }
    if (memory.verified) {
      for (const run of runsOf(memory.held.splice(0))) await republishRun(memory, run)
    }
    memory.reading = last.offset + 1
    return records.slice(persisted.length)
  }

  /** What was kept of a record was decided when it was persisted: the rows tell, nothing is written. */
  async function republishRun(memory: Memory, run: readonly LogRecord[]): Promise<void> {
    const { partition } = memory
    const dead = await findDead(db, partition, run[0].offset, run[run.length - 1].offset + 1)
    const entries = await readRun(run, tools.tenants, log.partitionFor, dead, tools.clock())
    const unreadable = entries.find((one) => !isLive(one) && !dead.has(one.record.offset))
    if (unreadable) throw new Stop('UNREADABLE', partition, `offset ${unreadable.record.offset}`)
    const live = entries.filter(isLive)
    const resolved = await resolveStored(db, live, cache)
    await publishRun(memory, entries, { resolved, kept: await dedupeStored(db, live) })
    tools.step?.('republished')
  }

  /** One run, from the log to the log. `verdicts` names records that MariaDB can't take, with its reason. */
  async function persistRun(
    memory: Memory,
    run: readonly LogRecord[],
    verdicts: ReadonlyMap<number, string> = new Map(),
  ): Promise<void> {
    invariant(memory.verified, 'a run was to be persisted before its log was known')
    const entries = await readRun(run, tools.tenants, log.partitionFor, verdicts, tools.clock())
    const dead = entries.filter((one): one is DeadEntry => !isLive(one))
    const letters = dead.filter(({ record }) => !memory.lettered.has(record.offset))
    // 0. Bytes that can't be stored are safe in the dead letters before the cursor moves over them.
    await sendLetters(log, letters)
    for (const { record } of letters) memory.lettered.add(record.offset)
    if (letters.length > 0) tools.step?.('letters')

    // 1 to 3. Lock and fence; series, dedupe, rows; cursor: one transaction.
    let written: Written
    try {
      written = await writeRun(db, entries, memory, { ...tools, cache, now: tools.clock() })
    } catch (error) {
      if (!isDataError(error)) throw error
      return bisect(memory, run, verdicts, error as Error)
    }
    tools.step?.('committed')
    cache.add(written.resolved.learned)
    memory.next = run[run.length - 1].offset + 1
    memory.savedPublished = memory.published
    count(entries, written.kept)

    // 4. Published only now and after the run before, and counted as published only after the answer. The next run
    // is written meanwhile: its transaction tells how far publishing had come.
    await memory.publishing
    memory.publishing = publishRun(memory, entries, written).then(() => tools.step?.('published'))
    memory.publishing.catch(() => undefined)
    // 5. Kafka's own offsets follow within a second, in the adapter: for lag tools only.
  }

  /** Halves a run that holds data MariaDB won't take, until the record is alone: that one is dead. */
  async function bisect(
    memory: Memory,
    run: readonly LogRecord[],
    verdicts: ReadonlyMap<number, string>,
    error: Error,
  ): Promise<void> {
    if (run.length > 1) {
      const middle = run.length >> 1
      await persistRun(memory, run.slice(0, middle), verdicts)
      return persistRun(memory, run.slice(middle), verdicts)
    }
    const [{ offset }] = run
    if (verdicts.has(offset)) throw error
    return persistRun(memory, run, new Map([[offset, error.message]]))
  }

  async function publishRun(memory: Memory, entries: readonly Entry[], written: Written): Promise<void> {
    let live = 0
    const records = entries.map((entry) => {
      if (!isLive(entry)) return publishedRecord(entry, [], 'none')
      const at = live++
      return publishedRecord(entry, written.resolved.sids[at], written.kept[at])
    })
    await publish(log, records)
    const last = entries[entries.length - 1]
    memory.published = last.record.offset + 1
    memory.publishedReceived = isLive(last) ? last.batch.received : last.record.timestamp
  }

  function count(entries: readonly Entry[], kept: readonly Kept[]): void {
    const points = entries.filter(isLive).map(({ batch }) => batch.s.length)
    const total = points.reduce((sum, one) => sum + one, 0)
    const stored = points.reduce((sum, one, i) => sum + keptCount(kept[i], one), 0)
    metrics.points(stored, total - stored)
    if (points.length < entries.length) metrics.dead(entries.length - points.length)
  }

  return {
    handlers: { assigned: keeper.assigned, recheck: keeper.recheck, batch },
    stop() {
      stopping = true
    },
    drain: () => keeper.drain(),
    health: () => keeper.health(),
  }
}

/** The log hands out every offset in turn; the adapter passes on what it has when it has lost some. */
function gapBefore({ partition, reading }: Memory, { offset }: LogRecord): Stop {
  return new Stop('GAP', partition, `${reading} is due, ${offset} is next`)
}
