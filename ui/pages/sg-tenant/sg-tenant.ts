import { ContextConsumer } from '@lit/context'
import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { readHistory } from '../../api/history.ts'
import type { History, Listing, SeriesItem } from '../../api/types.ts'
import { seriesName } from '../../api/types.ts'
import { AlertsController } from '../../app/alerts-controller.ts'
import { accessContext } from '../../app/contexts.ts'
import { FeedController } from '../../app/feed-controller.ts'
import { navigate } from '../../app/navigate.ts'
import { PollController } from '../../app/poll-controller.ts'
import '../../app/sg-agent-chip/sg-agent-chip.ts'
import '../../elements/sg-empty/sg-empty.ts'
import '../../elements/sg-panel/sg-panel.ts'
import '../../elements/sg-range/sg-range.ts'
import { icons } from '../../elements/icons.ts'
import { formatAge, formatCount, formatDateTime } from '../../model/format.ts'
import type { WindowName } from '../../model/grid.ts'
import { LastValues } from '../../model/last-values.ts'
import type { HistoryAsk } from '../../model/metric-source.ts'
import { hrefOf, type Route } from '../../model/route.ts'
import { lengthOf, type Range, type Span, spanOf } from '../../model/span.ts'
import { base, controls, page } from '../../styles/shared.ts'
import { styles } from './sg-tenant.styles.ts'

/** Panels shown before the reader asks for more. */
const firstPanels = 24

/** More agents than this are chosen on their own page. */
const listedAgents = 100

/** One tenant, or one of its agents: a live chart for each of its metrics. */
export class SgTenant extends LitElement {
  static override styles = [base, controls, page, styles]
  static override properties = {
    route: { attribute: false },
    paused: { state: true },
    search: { state: true },
    panels: { state: true },
  }
  declare route: Route
  declare private paused: boolean
  declare private search: string
  declare private panels: number
  #known = new LastValues()
  /** One object for as long as it says the same: panels compare it. */
  #span: Span = spanOf('5m', undefined)
  readonly #access = new ContextConsumer(this, { context: accessContext, subscribe: true })
  readonly #feed = new FeedController(this, () => this.route, {
    points: (_, batch) => {
      if (this.#known.take(batch)) this.requestUpdate()
    },
  })
  readonly #alerts = new AlertsController(this, () => ({
    ...this.route,
    charts: { shown: this.#shown(), metrics: this.#metrics().slice(0, this.panels) },
  }))
  readonly #series = new PollController(this, 30_000, (signal) => this.#readSeries(signal))

  constructor() {
    super()
    this.paused = false
    this.search = ''
    this.panels = firstPanels
  }

  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener('keydown', this.#key)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('keydown', this.#key)
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('route')) this.#span = this.#spanNow()
    const before = changed.get('route')
    if (changed.has('route') && before && before.tenant !== this.route.tenant) {
      this.#known = new LastValues()
      this.paused = false
      this.panels = firstPanels
      this.#series.reset()
    }
  }

  protected override render() {
    const { tenant = '', agent, metric } = this.route
    const feed = this.#feed.feed
    const metrics = this.#metrics()
    const shown = metrics.slice(0, this.panels)
    return html`
      <div class="head">
        <h1>${tenant}</h1>
        ${
          agent === undefined
            ? nothing
            : html`<sg-agent-chip
                .tenant=${tenant}
                .agent=${agent}
                @sg-clear=${() => this.#go({ agent: undefined })}
              ></sg-agent-chip>`
        }
        ${metric ? nothing : html`<span class="muted count">${this.#summary(metrics.length)}</span>`}
        <span class="grow"></span>
        ${this.#tools()}
      </div>
      ${this.#notices()}
      ${
        !feed || (this.#series.value === undefined && metrics.length === 0 && !this.#series.error)
          ? html`<div class="panels" aria-busy="true">
              ${[1, 2, 3, 4].map(() => html`<div class="waiting"></div>`)}
            </div>`
          : metrics.length === 0
            ? this.#empty(tenant, agent)
            : html`<div class="panels" ?data-large=${metric !== undefined} data-count=${Math.min(shown.length, 3)}>
                ${repeat(
                  shown,
                  (name) => `${tenant} ${agent ?? ''} ${name}`,
                  (name) =>
                    html`<sg-panel
                      .metric=${name}
                      .agent=${agent}
                      .feed=${feed}
                      .scheduler=${this.#feed.live?.scheduler}
                      .readHistory=${this.#readHistory}
                      .span=${this.#span}
                      .alerts=${this.#alerts.of(name, agent)}
                      .maxSlots=${shown.length > 2 ? 600 : 1200}
                      ?paused=${this.paused}
                      ?large=${metric === name}
                      @sg-zoom=${(e: CustomEvent<Range>) => this.#go({ range: e.detail })}
                      @sg-large=${() => this.#go({ metric: metric === name ? undefined : name })}
                    ></sg-panel>`,
                )}
              </div>`
      }
      ${
        metrics.length > shown.length
          ? html`<div class="rest">
              <button @click=${this.#more}>Show ${Math.min(firstPanels, metrics.length - shown.length)} more</button>
              <span class="muted">${shown.length} of ${metrics.length} metrics</span>
            </div>`
          : nothing
      }
      <p class="heard" aria-live="polite">${this.paused ? 'Charts paused' : ''}</p>
    `
  }

  #tools() {
    const { window, range } = this.route
    return html`<div class="tools">
      <label class="find"
        >${icons.search}<span class="heard">Find a metric</span
        ><input type="search" placeholder="Find a metric" .value=${this.search} @input=${this.#find}
      /></label>
      ${this.#agentChoice()}
      <sg-range
        .window=${window}
        .range=${range}
        .now=${() => this.#feed.feed?.clock.now() ?? Date.now()}
        @sg-live=${(e: CustomEvent<WindowName>) => this.#go({ window: e.detail, range: undefined })}
        @sg-zoom=${(e: CustomEvent<Range>) => this.#go({ range: e.detail })}
      ></sg-range>
      <button class="pause" ?disabled=${range !== undefined} aria-pressed=${this.paused} title="Pause or resume all charts (p)" @click=${this.#pause}>
        ${this.paused ? icons.play : icons.pause}${this.paused ? 'Resume' : 'Pause'}
      </button>
    </div>`
  }

  #agentChoice() {
    const { tenant, agent } = this.route
    const agents = this.#known.agents
    if (agents.length > listedAgents) {
      return html`<a class="button" href=${hrefOf({ page: 'agents', ...(tenant && { tenant }) })}>
        ${icons.agents}${formatCount(agents.length)} agents
      </a>`
    }
    if (agent && !agents.includes(agent)) agents.push(agent)
    return html`<label
      ><span class="heard">Agent</span
      ><select @change=${(e: Event) => this.#go({ agent: (e.target as HTMLSelectElement).value || undefined })}>
        <option value="" ?selected=${!agent}>All agents</option>
        ${agents.map((name) => html`<option value=${name} ?selected=${name === agent}>${name}</option>`)}
      </select></label
    >`
  }

  #summary(metrics: number): string {
    const detail = this.#feed.feed?.detail
    const series = detail && this.route.agent === undefined ? `${detail.series_count} series` : ''
    return [metrics === 0 ? '' : `${metrics} ${metrics === 1 ? 'metric' : 'metrics'}`, series]
      .filter(Boolean)
      .join(' · ')
  }

  #notices() {
    const feed = this.#feed.feed
    const behind = feed?.detail?.ingest.behind_ms ?? 0
    const failed = this.#series.error
    const { cutAt } = this.#alerts
    return html`${
      behind > 5000
        ? html`<div class="notice" role="status">
            ${icons.warn}<span
              >The store is behind by ${formatAge(behind)}. Points are safe in the log; the charts catch up by
              themselves.</span
            >
          </div>`
        : nothing
    }${
      failed
        ? html`<div class="notice bad" role="alert">
            ${icons.warn}<span>The list of series could not be read: ${failed} It is tried again by itself.</span>
          </div>`
        : nothing
    }${
      cutAt !== undefined
        ? html`<div class="notice" role="status">
            ${icons.warn}<span
              >Alerts changed too often to show all of it: before ${formatDateTime(cutAt)} the charts leave them
              out.</span
            >
          </div>`
        : nothing
    }`
  }

  #empty(tenant: string, agent: string | undefined) {
    if (this.search) return html`<p class="muted none">No metric matches “${this.search}”.</p>`
    if (agent && this.#known.metrics.length > 0) {
      return html`<p class="muted none">
        No points of ${agent} yet. <a href=${hrefOf({ page: 'tenant', tenant })}>Show all agents</a>
      </p>`
    }
    return html`<sg-empty .tenant=${tenant} .url=${`${location.origin}/api/v1/metrics`}></sg-empty>`
  }

  /** Metrics to show, by name. */
  #metrics(): string[] {
    const { agent, metric } = this.route
    const all = agent === undefined ? this.#known.metrics : this.#known.of(agent).map((value) => value.metric)
    if (metric) return all.filter((name) => name === metric)
    const wanted = this.search.toLowerCase()
    return wanted ? all.filter((name) => name.toLowerCase().includes(wanted)) : all
  }

  #readSeries(signal: AbortSignal): Promise<true> | undefined {
    const { tenant } = this.route
    const api = this.#access.value?.api
    if (!tenant || !api) return undefined
    return (async () => {
      let cursor: string | null = null
      // ten thousand series are enough to name every metric of a dashboard
      for (let pages = 0; pages < 10; pages++) {
        const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
        const list: Listing<SeriesItem> = await api.get(`${this.#base}/series?limit=1000${after}`, signal)
        for (const item of list.items)
          this.#known.put(seriesName(item), item.last?.ts ?? 0, item.last?.value ?? Number.NaN)
        cursor = list.next
        if (cursor === null) break
      }
      return true as const
    })()
  }

  #readHistory = (metric: string, ask: HistoryAsk, signal: AbortSignal): Promise<History> => {
    const api = this.#access.value?.api
    const feed = this.#feed.feed
    if (!api || !feed) return Promise.reject(new Error('not signed in'))
    return readHistory(api, feed, metric, this.route.agent, ask, signal)
  }

  #spanNow(): Span {
    const next = spanOf(this.route.window, this.route.range)
    return JSON.stringify(next) === JSON.stringify(this.#span) ? this.#span : next
  }

  /** The time on screen; a window that ends now has no end. */
  #shown(): Range {
    const { range } = this.#span
    if (range) return range
    const now = this.#feed.feed?.clock.now() ?? Date.now()
    return { from: now - lengthOf(this.#span), to: Number.POSITIVE_INFINITY }
  }

  get #base(): string {
    return `/api/v1/tenants/${encodeURIComponent(this.route.tenant ?? '')}`
  }

  #go(change: Partial<Route>): void {
    // from window to window is no step that Back should undo; a range is
    navigate({ ...this.route, ...change }, 'window' in change && !this.route.range)
  }

  #find(event: Event): void {
    this.search = (event.target as HTMLInputElement).value.trim()
  }

  #pause(): void {
    this.paused = !this.paused
  }

  #more(): void {
    this.panels += firstPanels
  }

  #key = (event: KeyboardEvent) => {
    const typing = event.composedPath()[0] instanceof HTMLInputElement
    // a range stands anyway
    if (event.key !== 'p' || typing || this.route.range || event.ctrlKey || event.metaKey || event.altKey)
      return
    this.#pause()
  }
}

customElements.define('sg-tenant', SgTenant)
