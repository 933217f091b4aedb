import type { NamedAlertState } from '@streamgauge/adapters/mariadb/alert-states.ts'
import type { NewAlert } from '@streamgauge/adapters/mariadb/alerts.ts'
import type { VersionedCursor } from '@streamgauge/adapters/mariadb/followers.ts'
import { nextDeadline } from '@streamgauge/core/alert.ts'
import type { SeriesName } from '@streamgauge/core/batch.ts'
import { endOfRule, type Rule, type RuleBook } from './rules.ts'
import { tickWatch, type Watch } from './watch.ts'

type Place = Pick<VersionedCursor, 'nextSrc' | 'topicOffset' | 'version'>

/** What this process believes of a partition that it owns. Dropped and read anew whenever it may be wrong. */
export class Memory {
  readonly partition: number
  /** What the cursor row says: compared with it in every transaction. */
  saved: Place
  /** The `src` that is due. */
  nextSrc: number
  /** The offset to read next. */
  topicOffset: number
  /** Transitions that are not recorded yet, in their order. */
  readonly alerts: { readonly watch: Watch; readonly alert: NewAlert }[] = []
  /** Something was changed by the clock since the last write. */
  movedByClock = false
  /** No deadline lies before. */
  due = Number.POSITIVE_INFINITY
  /** The end of `metrics.ingest` as it was at some time, until it is reached. */
  target: { readonly end: number; readonly at: number } | undefined
  /** The write under way; what comes meanwhile waits for it. */
  writing: Promise<void> | undefined
  /** When the last write ended, epoch ms. */
  lastWrite = 0
  readonly #book: RuleBook
  readonly #watches = new Map<string, Watch>()
  readonly #bySeries = new Map<number, Watch[]>()
  /** Of the rules: what `#bySeries` was made for, and which changes have taken effect everywhere. */
  #matched: number
  /** When the next deleted one is over, in times of receipt. */
  #rematchAt = Number.POSITIVE_INFINITY
  #settled = -1
  #dirty: Watch[] = []
  #changes = 0

  constructor(cursor: VersionedCursor, states: readonly NamedAlertState[], book: RuleBook) {
    const { partition, nextSrc, topicOffset, version } = cursor
    this.partition = partition
    this.saved = { nextSrc, topicOffset, version }
    this.nextSrc = nextSrc
    this.topicOffset = topicOffset
    this.#book = book
    this.#matched = book.generation
    for (const { ruleId, seriesId, series, version: at, instance, offset, alertId, told } of states) {
      const rule = book.get(ruleId)
      if (!rule) throw new Error(`there is a state of rule ${ruleId}, and no such rule`)
      const known = rule.versions.find((one) => one.version === at && !one.isDeleted)
      const names = {
        rule,
        seriesId,
        series,
        version: known,
        instance,
        offset,
        tickedFor: -1,
        alertId,
        told,
      }
      this.#watches.set(`${ruleId}:${seriesId}`, { ...names, stored: true, dirty: false })
      this.due = Number.NEGATIVE_INFINITY
    }
  }

  /** What the cursor row is to say next. */
  get place(): Place {
    const { nextSrc, topicOffset, saved, movedByClock } = this
    return { nextSrc, topicOffset, version: saved.version + (movedByClock ? 1 : 0) }
  }

  get dirty(): readonly Watch[] {
    return this.#dirty
  }

  get size(): number {
    return this.#watches.size
  }

  /** There is something that the rows don't say yet, and be it that a record was empty. */
  isDirty(): boolean {
    return this.topicOffset !== this.saved.topicOffset || this.movedByClock
  }

  /** The rules over a series that something received at `received`, epoch ms, may concern. */
  watchesOf(tenant: string, seriesId: number, series: SeriesName, received: number): readonly Watch[] {
    if (this.#matched !== this.#book.generation || received >= this.#rematchAt) this.#rematch(received)
    let watches = this.#bySeries.get(seriesId)
    if (!watches) {
      watches = this.#book.of(tenant, series).flatMap((rule) => {
        const key = `${rule.id}:${seriesId}`
        const known = this.#watches.get(key)
        if (!known && isOver(rule, received)) return []
        this.#rematchAt = Math.min(this.#rematchAt, overAt(rule, received))
        if (known) return known
        const nothing = {
          version: undefined,
          instance: undefined,
          offset: 0,
          tickedFor: -1,
          alertId: null,
          told: undefined,
        }
        const watch = { rule, seriesId, series, ...nothing, stored: false, dirty: false }
        this.#watches.set(key, watch)
        return watch
      })
      this.#bySeries.set(seriesId, watches)
    }
    return watches
  }

  /** Rules have changed, or some are over: whatever is known of those is forgotten, where the rows don't know it either. */
  #rematch(received: number): void {
    this.#bySeries.clear()
    this.#matched = this.#book.generation
    this.#rematchAt = Number.POSITIVE_INFINITY
    for (const [key, { rule, instance, stored, dirty }] of this.#watches)
      if (!instance && !stored && !dirty && isOver(rule, received)) this.#watches.delete(key)
  }

  /** It has changed. */
  touch(watch: Watch): void {
    this.#changes++
    if (watch.dirty) return
    watch.dirty = true
    this.#dirty.push(watch)
  }

  /** There may be something for the clock to decide. */
  isDue(to: number): boolean {
    return this.due <= to || (this.#settled !== this.#book.generation && this.#watches.size > 0)
  }

  /** Lets the clock decide: deadlines up to `to`, changes of rules up to `changesTo`. */
  tick(to: number, changesTo: number, graceMs: number): void {
    const { generation } = this.#book
    const before = this.#changes
    let settled = true
    this.due = Number.POSITIVE_INFINITY
    for (const watch of this.#watches.values()) {
      if (!watch.instance) continue
      tickWatch(this, watch, { to, changesTo, graceMs })
      const { version, instance, rule } = watch
      if (!instance) continue
      if (version) this.due = Math.min(this.due, nextDeadline(version, instance))
      if (version !== rule.versions[rule.versions.length - 1]) settled = false
    }
    if (this.#changes > before) this.movedByClock = true
    if (settled) this.#settled = generation
  }

  /** The rows are as this is. */
  written(): void {
    this.saved = this.place
    for (const watch of this.#dirty) {
      watch.dirty = false
      watch.stored = watch.instance !== undefined
      if (watch.stored) continue
      Object.assign(watch, { alertId: null, told: undefined })
      this.#rematchAt = Math.min(this.#rematchAt, endOfRule(watch.rule) + disorderMs)
    }
    this.#dirty = []
    this.alerts.length = 0
    this.movedByClock = false
  }
}

/** Records of a partition come in the order of their receipt, but for the clocks of those who received them. */
const disorderMs = 600_000

/** When nothing can come any more that a rule is about, epoch ms; Infinity: never, or that is past. */
function overAt(rule: Rule, received: number): number {
  const at = endOfRule(rule) + disorderMs
  return at > received ? at : Number.POSITIVE_INFINITY
}

function isOver(rule: Rule, received: number): boolean {
  return endOfRule(rule) + disorderMs <= received
}
