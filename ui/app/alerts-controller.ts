import { ContextConsumer } from '@lit/context'
import type { ReactiveController, ReactiveElement } from 'lit'
import type { AlertTransition, RuleItem } from '../api/alert-types.ts'
import type { Api } from '../api/client.ts'
import type { Listing } from '../api/types.ts'
import { AlertBook } from '../model/alert-book.ts'
import { covers, type PastAsk, readPast } from '../model/alert-past.ts'
import { type ChartAlerts, chartAlerts } from '../model/chart-alerts.ts'
import type { FeedListener } from '../model/tenant-feed.ts'
import { accessContext } from './contexts.ts'
import { FeedController, type FeedSubject } from './feed-controller.ts'
import { PollController } from './poll-controller.ts'

/** Changes come by the stream; who fires is read again this often all the same, ms. */
const firingMs = 15_000
/** Thresholds may change without a word, ms. */
const rulesMs = 15_000
/** Transitions of the past are read again this often, ms. */
const pastMs = 60_000
/** Rules, and alerts that fire, of one list. */
const pageSize = 1000

export interface AlertsSubject extends FeedSubject {
  /** What charts show; undefined when there are none. */
  readonly charts?: PastAsk
}

/** Keeps the alerts of a tenant: who fires now, and for charts the transitions of the time shown and the thresholds. */
export class AlertsController implements ReactiveController {
  book = new AlertBook()
  readonly feed: FeedController
  readonly #subject: () => AlertsSubject
  readonly #access: ContextConsumer<typeof accessContext, ReactiveElement>
  readonly #firing: PollController<true>
  readonly #rules: PollController<readonly RuleItem[]>
  readonly #past: PollController<{ readonly cutAt: number | undefined }>
  readonly #charts = new Map<string, { of: unknown; alerts: ChartAlerts }>()
  #of: string | undefined
  /** What was asked for last. */
  #read: PastAsk | undefined

  constructor(host: ReactiveElement, subject: () => AlertsSubject, listener: FeedListener = {}) {
    this.#subject = subject
    this.#access = new ContextConsumer(host, { context: accessContext, subscribe: true })
    host.addController(this)
    this.feed = new FeedController(host, subject, {
      ...listener,
      alert: (transition) => {
        if (!this.book.hear(transition)) return
        listener.alert?.(transition)
        host.requestUpdate()
      },
      // alerts travel without a position: those of the meantime are only on the lists
      missed: () => {
        this.refresh()
        listener.missed?.()
      },
    })
    this.#firing = new PollController(host, firingMs, (signal) => this.#readFiring(signal))
    this.#rules = new PollController(host, rulesMs, (signal) => this.#readRules(signal))
    this.#past = new PollController(host, pastMs, (signal) => this.#readPast(signal))
  }

  /** Why the list of those that fire could not be read. */
  get error(): string | undefined {
    return this.#firing.error
  }

  /** Before this time, epoch ms, there are more transitions than are read for charts; undefined: all are known. */
  get cutAt(): number | undefined {
    return this.#past.value?.cutAt
  }

  refresh(): void {
    void this.#firing.now()
    void this.#past.now()
  }

  /** What the chart of a metric shows; the same object for as long as it says the same. */
  of(metric: string, agent?: string): ChartAlerts {
    const of = `${this.book.revision} ${JSON.stringify(this.#rules.value ?? [])}`
    const key = `${metric}\n${agent ?? ''}`
    const known = this.#charts.get(key)
    if (known?.of === of) return known.alerts
    const alerts = chartAlerts(this.book.of(metric, agent), this.#rules.value ?? [], metric, agent)
    this.#charts.set(key, { of, alerts })
    return alerts
  }

  hostUpdate(): void {
    const { tenant, charts } = this.#subject()
    if (this.#of !== tenant) {
      const first = this.#of === undefined
      this.#of = tenant
      // the lists of the first tenant are being read already
      if (!first) this.#begin()
    }
    if (!charts || (this.#read && covers(this.#read, charts))) return
    this.#read = charts
    void this.#past.now()
  }

  #begin(): void {
    this.book = new AlertBook()
    this.#charts.clear()
    for (const poll of [this.#firing, this.#rules, this.#past]) poll.reset()
  }

  #get<T>(
    path: string,
    query: readonly (readonly [string, string])[],
    signal: AbortSignal,
  ): Promise<Listing<T>> | undefined {
    const api: Api | undefined = this.#access.value?.api
    const { tenant } = this.#subject()
    if (!api || !tenant) return undefined
    return api.get(
      `/api/v1/tenants/${encodeURIComponent(tenant)}/${path}?${new URLSearchParams(query.map(([name, value]) => [name, value]))}`,
      signal,
    )
  }

  #readFiring(signal: AbortSignal): Promise<true> | undefined {
    const { book } = this
    book.asked()
    return this.#get<AlertTransition>(
      'alerts',
      [
        ['firing', 'true'],
        ['limit', String(pageSize)],
      ],
      signal,
    )?.then(({ items }) => {
      book.replaceFiring(items)
      return true
    })
  }

  #readRules(signal: AbortSignal): Promise<readonly RuleItem[]> | undefined {
    if (!this.#subject().charts) return Promise.resolve([])
    return this.#get<RuleItem>('alert-rules', [['limit', String(pageSize)]], signal)?.then(
      ({ items }) => items,
    )
  }

  #readPast(signal: AbortSignal): Promise<{ cutAt: number | undefined }> | undefined {
    const { charts, tenant } = this.#subject()
    if (!charts || charts.metrics.length === 0) return Promise.resolve({ cutAt: undefined })
    if (!this.#access.value || !tenant) return undefined
    this.#read = charts
    const { book } = this
    const none = { items: [], next: null }
    return readPast(
      charts,
      async (query) => (await this.#get<AlertTransition>('alerts', query, signal)) ?? none,
      (items) => book.add(items),
    ).then((cutAt) => ({ cutAt }))
  }
}
