import { ContextConsumer } from '@lit/context'
import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { readHistory } from '../../api/history.ts'
import {
  agentStatuses,
  type History,
  type Listing,
  type SeriesItem,
  seriesName,
  type TenantDetail,
} from '../../api/types.ts'
import { AlertsController } from '../../app/alerts-controller.ts'
import { accessContext } from '../../app/contexts.ts'
import { FleetController } from '../../app/fleet-controller.ts'
import { navigate } from '../../app/navigate.ts'
import { PollController } from '../../app/poll-controller.ts'
import { TrendsController } from '../../app/trends-controller.ts'
import '../../elements/sg-agents-table/sg-agents-table.ts'
import '../../elements/sg-empty/sg-empty.ts'
import '../../elements/sg-firing/sg-firing.ts'
import '../../elements/sg-panel/sg-panel.ts'
import '../../elements/sg-tile/sg-tile.ts'
import { onTick } from '../../elements/ticker.ts'
import { Arranger } from '../../model/arranger.ts'
import { countStatuses, defaultSort } from '../../model/fleet-view.ts'
import { formatAge, formatCount, formatRate } from '../../model/format.ts'
import { windowsMs } from '../../model/grid.ts'
import type { HistoryAsk } from '../../model/metric-source.ts'
import { Recent } from '../../model/percentile.ts'
import { defaultWindow, hrefOf } from '../../model/route.ts'
import type { Range } from '../../model/span.ts'
import { base, controls, page, table } from '../../styles/shared.ts'
import { styles } from './sg-overview.styles.ts'

/** Live charts on this page. */
const shownMetrics = 3
/** A metric without a point for this long gives up its place among them, ms. */
const movingMs = 120_000
/** Agents on this page: those that need an eye. */
const shownAgents = 12
/** Firing alerts on this page. */
const shownAlerts = 5
/** Tenants whose status is polled for the table. */
const polledTenants = 20

/** Everything of this login at a glance: rate, agents, series, lag; its tenants; the agents of one. */
export class SgOverview extends LitElement {
  static override styles = [base, controls, page, table, styles]
  static override properties = { tenant: {}, tenants: { attribute: false } }
  declare tenant: string | undefined
  declare tenants: readonly string[]
  #stop: (() => void) | undefined
  readonly #arranger = new Arranger()
  readonly #rates = new Recent(60)
  readonly #access = new ContextConsumer(this, { context: accessContext, subscribe: true })
  readonly #fleet = new FleetController(this, () => (this.tenant ? { tenant: this.tenant } : {}), {
    points: (_, batch) => this.#trends.trends?.take(batch),
  })
  readonly #trends = new TrendsController(this, this.#fleet, () => undefined)
  readonly #alerts = new AlertsController(this, () => ({
    ...(this.tenant && {
      tenant: this.tenant,
      charts: { shown: this.#shown, metrics: this.#shownMetrics },
    }),
  }))
  readonly #details = new PollController(this, 2000, (signal) => this.#readDetails(signal))
  readonly #series = new PollController(this, 60_000, (signal) => this.#readSeries(signal))

  override connectedCallback(): void {
    super.connectedCallback()
    this.#stop = onTick(() => this.requestUpdate())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop?.()
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('tenant') && changed.get('tenant') !== undefined) {
      this.#series.reset()
    }
  }

  protected override render() {
    const { tenant } = this
    if (!tenant) {
      return html`<div class="head"><h1>Overview</h1></div>
        <div class="card none"><h2>No tenant yet</h2>
          <p class="muted">Make one: <code>npm run streamgauge -- tenant create acme</code></p></div>`
    }
    return html`
      <div class="head"><h1>Overview</h1></div>
      <div class="tiles">${this.#tiles()}</div>
      ${this.#firing(tenant)} ${this.tenants.length > 1 ? this.#tenantTable() : nothing}
      ${this.#panels(tenant)} ${this.#agentsCard(tenant)}
    `
  }

  #tiles() {
    const { feed } = this.#fleet.feed
    const details = this.#details.value
    const all = details ? [...details.values()] : undefined
    const sum = (of: (d: TenantDetail) => number) => all?.reduce((total, d) => total + of(d), 0) ?? 0
    const behind = Math.max(0, ...(all ?? []).map((d) => d.ingest.behind_ms))
    const { agents } = this.#fleet.fleet
    const counts = countStatuses(agents ?? [])
    const { firing } = this.#alerts.book
    const lag = feed?.lags.percentile(0.95) ?? Number.NaN
    return html`
      <sg-tile
        label="Ingest rate"
        .value=${all && formatRate(sum((d) => d.ingest.points_per_s))}
        unit="points/s"
        note=${behind > 1500 ? `behind ${formatAge(behind)}` : this.tenants.length > 1 ? 'all tenants' : 'stored'}
        tone=${behind > 1500 ? 'pending' : ''}
        .values=${this.#rates.values}
      ></sg-tile>
      <sg-tile
        label="Agents online"
        .value=${agents && formatCount(counts.online)}
        unit=${agents ? `of ${formatCount(counts.all)}` : ''}
        note=${agents ? agentsNote(counts) : ''}
        tone=${counts.online < counts.all ? 'pending' : ''}
      ></sg-tile>
      <sg-tile
        label="Firing alerts"
        .value=${firing && formatCount(firing.length)}
        note=${firing?.length ? `latest: ${firing[0].rule_name}` : 'all quiet'}
        tone=${firing?.length ? 'firing' : ''}
      ></sg-tile>
      <sg-tile
        label="End-to-end lag, p95"
        .value=${Number.isNaN(lag) ? '–' : String(Math.round(lag))}
        unit=${Number.isNaN(lag) ? '' : 'ms'}
        note=${Number.isNaN(lag) ? 'with the next point' : 'receipt to pixel'}
        .values=${feed?.lags.values.slice(-60)}
      ></sg-tile>
    `
  }

  /** The time that the charts of this page show. */
  get #shown(): Range {
    const now = this.#fleet.feed.feed?.clock.now() ?? Date.now()
    return { from: now - windowsMs[defaultWindow], to: Number.POSITIVE_INFINITY }
  }

  #firing(tenant: string) {
    const { firing } = this.#alerts.book
    if (!firing?.length) return nothing
    const about = this.tenants.length > 1 ? { tenant } : {}
    return html`<section class="card" aria-label="Firing alerts">
      <div class="bar">
        <h2>Firing now</h2>
        <span class="grow"></span>
        <a class="button" href=${hrefOf({ page: 'alerts', ...about })}>All alerts</a>
      </div>
      <sg-firing
        .tenant=${tenant}
        .items=${firing}
        .now=${this.#fleet.feed.feed?.clock.now() ?? Date.now()}
        most=${shownAlerts}
      ></sg-firing>
    </section>`
  }

  /** The first metrics of the tenant that move, else the first of all. */
  get #shownMetrics(): string[] {
    const { feed } = this.#fleet.feed
    const { values } = this.#fleet.fleet
    if (!feed) return []
    const moving = values.since(feed.clock.now() - movingMs)
    return [...new Set([...moving, ...values.metrics])].slice(0, shownMetrics)
  }

  #panels(tenant: string) {
    const { feed, live } = this.#fleet.feed
    const metrics = this.#shownMetrics
    if (!feed) return nothing
    if (metrics.length === 0) return nothing
    return html`<div class="panels" data-count=${metrics.length}>
      ${repeat(
        metrics,
        (metric) => `${tenant} ${metric}`,
        (metric) => html`<sg-panel
          .metric=${metric}
          .feed=${feed}
          .scheduler=${live?.scheduler}
          .readHistory=${this.#readHistory}
          .alerts=${this.#alerts.of(metric)}
          @sg-zoom=${(e: CustomEvent<Range>) => navigate({ page: 'tenant', tenant, metric, range: e.detail })}
          @sg-large=${() => navigate({ page: 'tenant', tenant, metric })}
        ></sg-panel>`,
      )}
    </div>`
  }

  #tenantTable() {
    return html`<section class="card" aria-label="Tenants">
      <div class="bar"><h2>Tenants</h2><span class="muted">${this.tenants.length}</span></div>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Tenant</th>
              <th scope="col" class="num">Points/s</th>
              <th scope="col" class="num">Series</th>
              <th scope="col" class="num">Behind</th>
            </tr>
          </thead>
          <tbody>
            ${this.tenants.map((name) => {
              const detail = this.#details.value?.get(name)
              return html`<tr>
                <td><a class="to" href=${hrefOf({ page: 'tenant', tenant: name })}>${name}</a></td>
                <td class="num">${detail ? formatRate(detail.ingest.points_per_s) : '–'}</td>
                <td class="num">${detail ? formatCount(detail.series_count) : '–'}</td>
                <td class="num">
                  ${detail && detail.ingest.behind_ms > 1500 ? formatAge(detail.ingest.behind_ms) : detail ? 'no' : '–'}
                </td>
              </tr>`
            })}
          </tbody>
        </table>
      </div>
    </section>`
  }

  #agentsCard(tenant: string) {
    const { agents, values } = this.#fleet.fleet
    if (agents?.length === 0 && values.metrics.length === 0) {
      return html`<sg-empty .tenant=${tenant} .url=${`${location.origin}/api/v1/metrics`}></sg-empty>`
    }
    const about = this.tenants.length > 1 ? { tenant } : {}
    return html`<section class="card agents" aria-label="Agents">
      <div class="bar">
        <h2>Agents</h2>
        ${this.tenants.length > 1 ? html`<span class="muted">of ${tenant}</span>` : nothing}
        <span class="grow"></span>
        ${agents ? this.#statuses(about) : nothing}
        <a class="button" href=${hrefOf({ page: 'agents', ...about })}
          >${agents && agents.length > shownAgents ? `All ${formatCount(agents.length)} agents` : 'All agents'}</a
        >
      </div>
      ${
        agents?.length === 0
          ? html`<p class="muted none">Points come without an agent_id; name one to see its status here.</p>`
          : this.#agentsTable(tenant)
      }
    </section>`
  }

  /** How many there are of each status, each a link to them. */
  #statuses(about: { tenant?: string }) {
    const counts = countStatuses(this.#fleet.fleet.agents ?? [])
    return agentStatuses.map((status) =>
      counts[status] === 0
        ? nothing
        : html`<a class="count" href=${hrefOf({ page: 'agents', ...about, statuses: [status] })}
            ><sg-agent-status .status=${status}></sg-agent-status><b class="mono">${formatCount(counts[status])}</b></a
          >`,
    )
  }

  #agentsTable(tenant: string) {
    const { fleet, feed } = this.#fleet
    const now = feed.feed?.clock.now() ?? Date.now()
    const view = { search: '', statuses: [], sort: defaultSort }
    const order = this.#arranger.arrange(fleet, view, now, () => Number.NaN)
    return html`<sg-agents-table
      .tenant=${tenant}
      .agents=${fleet.agents && order.slice(0, shownAgents)}
      .values=${fleet.values}
      .trends=${this.#trends.trends}
      .now=${now}
      @pointerenter=${() => this.#arranger.hold('pointer', true)}
      @pointerleave=${() => this.#arranger.hold('pointer', false)}
      @focusin=${() => this.#arranger.hold('focus', true)}
      @focusout=${() => this.#arranger.hold('focus', false)}
      @sg-window=${(e: CustomEvent<string[]>) => this.#trends.look(e.detail)}
    ></sg-agents-table>`
  }

  #readHistory = (metric: string, ask: HistoryAsk, signal: AbortSignal): Promise<History> => {
    const api = this.#access.value?.api
    const { feed } = this.#fleet.feed
    if (!api || !feed) return Promise.reject(new Error('not signed in'))
    return readHistory(api, feed, metric, undefined, ask, signal)
  }

  #get<T>(path: string, signal: AbortSignal): Promise<T> | undefined {
    const api = this.#access.value?.api
    return api && this.tenant
      ? api.get<T>(`/api/v1/tenants/${encodeURIComponent(this.tenant)}${path}`, signal)
      : undefined
  }

  #readDetails(signal: AbortSignal): Promise<Map<string, TenantDetail>> | undefined {
    const api = this.#access.value?.api
    if (!api || !this.tenants) return undefined
    const names = this.tenants.slice(0, polledTenants)
    return Promise.all(
      names.map(async (name) => {
        const own = name === this.tenant ? this.#fleet.feed.feed?.detail : undefined
        return [
          name,
          own ?? (await api.get<TenantDetail>(`/api/v1/tenants/${encodeURIComponent(name)}`, signal)),
        ] as const
      }),
    ).then((details) => {
      this.#rates.add(details.reduce((total, [, d]) => total + d.ingest.points_per_s, 0))
      return new Map(details)
    })
  }

  #readSeries(signal: AbortSignal): Promise<true> | undefined {
    return this.#get<Listing<SeriesItem>>('/series?limit=1000', signal)?.then(({ items }) => {
      for (const item of items)
        if (item.last) this.#fleet.fleet.values.put(seriesName(item), item.last.ts, item.last.value)
      return true as const
    })
  }
}

function agentsNote({ all, late, offline, unknown }: ReturnType<typeof countStatuses>): string {
  if (all === 0) return 'none seen yet'
  const parts = Object.entries({ offline, late, unknown }).filter(([, count]) => count > 0)
  return parts.map(([status, count]) => `${formatCount(count)} ${status}`).join(', ') || 'all in time'
}

customElements.define('sg-overview', SgOverview)
