import { ContextConsumer } from '@lit/context'
import { type AlertState, alertStates } from '@streamgauge/core/alert.ts'
import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { AlertTransition, RuleItem } from '../../api/alert-types.ts'
import { explain } from '../../api/client.ts'
import type { Listing } from '../../api/types.ts'
import { AlertsController } from '../../app/alerts-controller.ts'
import { accessContext } from '../../app/contexts.ts'
import { navigate } from '../../app/navigate.ts'
import { PollController } from '../../app/poll-controller.ts'
import { icons } from '../../elements/icons.ts'
import '../../elements/sg-alert-state/sg-alert-state.ts'
import '../../elements/sg-firing/sg-firing.ts'
import { onTick } from '../../elements/ticker.ts'
import { AlertList, filterQuery } from '../../model/alert-list.ts'
import { changeWord } from '../../model/alert-marks.ts'
import { formatDateTime, formatValue, unitOf } from '../../model/format.ts'
import { hrefOf, type Route } from '../../model/route.ts'
import { seriesText } from '../../model/series-label.ts'
import { base, controls, page, table } from '../../styles/shared.ts'
import { styles } from './sg-alerts-page.styles.ts'

/** Transitions of a page. */
const pageSize = 50
/** The first page is read again this often; the stream tells changes before, ms. */
const listMs = 30_000
/** A link to a chart shows this much before and after the transition, ms. */
const aroundMs = 300_000

const stateWords: Record<AlertState, string> = {
  FIRING: 'Firing',
  OK: 'Resolved or cleared',
  PENDING: 'Pending',
  NO_DATA: 'No data',
}

/** What fires now, and every transition of the past, found by state, rule, agent and metric. */
export class SgAlertsPage extends LitElement {
  static override styles = [base, controls, page, table, styles]
  static override properties = { tenant: {}, route: { attribute: false }, problem: { state: true } }
  declare tenant: string
  declare route: Route
  declare private problem: string | undefined
  #list = new AlertList({})
  #stop: (() => void) | undefined
  readonly #access = new ContextConsumer(this, { context: accessContext, subscribe: true })
  readonly #alerts = new AlertsController(this, () => ({ tenant: this.tenant }), {
    alert: (transition) => this.#list.hear(transition),
    missed: () => void this.#first.now(),
  })
  readonly #first = new PollController(this, listMs, (signal) => this.#readFirst(signal))
  readonly #rules = new PollController(this, listMs, (signal) =>
    this.#get<RuleItem>('alert-rules', { limit: '1000' }, signal)?.then(({ items }) => items),
  )

  constructor() {
    super()
    this.problem = undefined
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#stop = onTick(() => this.requestUpdate())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop?.()
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('route')) return
    const { state, rule, agent, metric } = this.route
    const filter = { state, rule, agent, metric }
    if (JSON.stringify(filter) === JSON.stringify(this.#list.filter)) return
    this.#list = new AlertList(filter)
    this.#first.reset()
  }

  protected override render() {
    const { firing } = this.#alerts.book
    const error = this.problem ?? this.#first.error ?? this.#alerts.error
    return html`
      <div class="head">
        <h1>Alerts</h1>
        <span class="muted">${firing === undefined ? '' : firing.length === 0 ? 'all quiet' : `${firing.length} firing`}</span>
        <span class="grow"></span>
        <a class="button" href=${hrefOf({ page: 'rules', ...this.#about })}>${icons.rules}Rules</a>
      </div>
      ${
        error
          ? html`<div class="notice bad" role="alert">
              ${icons.warn}<span>The alerts could not be read: ${error} It is tried again by itself.</span>
            </div>`
          : nothing
      }
      <section class="card" aria-labelledby="now">
        <div class="bar"><h2 id="now">Firing now</h2></div>
        ${this.#now(firing)}
      </section>
      <section class="card" aria-labelledby="past">
        <div class="bar"><h2 id="past">History</h2></div>
        ${this.#filters()} ${this.#past()}
      </section>
    `
  }

  #now(firing: readonly AlertTransition[] | undefined) {
    if (!firing) return html`<p class="calm">Reading the alerts</p>`
    if (firing.length > 0) {
      const now = this.#alerts.feed.feed?.clock.now() ?? Date.now()
      return html`<sg-firing .tenant=${this.tenant} .items=${firing} .now=${now}></sg-firing>`
    }
    return html`<div class="calm">
      <sg-alert-state .state=${'OK'} .word=${'Nothing fires.'}></sg-alert-state>
      ${
        this.#rules.value?.length === 0
          ? html`<span>There are no rules yet. <a class="to" href=${hrefOf({ page: 'rules', ...this.#about })}>Make one</a></span>`
          : nothing
      }
    </div>`
  }

  #filters() {
    const { state, rule, agent, metric } = this.route
    const rules = this.#rules.value ?? []
    const seen = this.#list.items.map(({ series }) => series)
    const agents = options([agent, ...seen.map((series) => series[1])])
    const metrics = options([
      metric,
      ...rules.map(({ metric_name }) => metric_name),
      ...seen.map(([name]) => name),
    ])
    const names = rules.map(({ id, name }) => [String(id), name] as const)
    if (rule !== undefined && !rules.some(({ id }) => id === rule)) names.push([String(rule), `Rule ${rule}`])
    return html`<div class="filters" role="group" aria-label="Filter the history">
      ${this.#choice(
        'State',
        'All states',
        alertStates.map((name) => [name, stateWords[name]] as const),
        state,
        (value) => ({ state: value as AlertState }),
      )}
      ${this.#choice('Rule', 'All rules', names, rule === undefined ? undefined : String(rule), (value) => ({ rule: value === undefined ? undefined : Number(value) }))}
      ${this.#choice('Agent', 'All agents', agents, agent, (value) => ({ agent: value }))}
      ${this.#choice('Metric', 'All metrics', metrics, metric, (value) => ({ metric: value }))}
    </div>`
  }

  #choice(
    label: string,
    all: string,
    items: readonly (readonly [string, string])[],
    chosen: string | undefined,
    change: (value: string | undefined) => { [K in keyof Route]?: Route[K] | undefined },
  ) {
    return html`<label
      ><span class="heard">${label}</span
      ><select @change=${(e: Event) => this.#go(change((e.target as HTMLSelectElement).value || undefined))}>
        <option value="" ?selected=${chosen === undefined}>${all}</option>
        ${items.map(([value, text]) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`)}
      </select></label
    >`
  }

  #past() {
    const { items, next, filter } = this.#list
    if (next === undefined) return html`<p class="none muted" aria-busy="true">Reading the history</p>`
    if (items.length === 0) {
      const filtered = Object.values(filter).some((wanted) => wanted !== undefined)
      return html`<div class="none">
        <p class="muted">${filtered ? 'No transition matches.' : 'No alert has changed yet.'}</p>
        ${filtered ? html`<button @click=${() => this.#go({ state: undefined, rule: undefined, agent: undefined, metric: undefined })}>Show all</button>` : nothing}
      </div>`
    }
    return html`<div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Now</th>
              <th scope="col">Rule</th>
              <th scope="col" class="wide">Series</th>
              <th scope="col" class="num wide">Value</th>
              <th scope="col" class="wide">Because</th>
            </tr>
          </thead>
          <tbody>
            ${repeat(
              items,
              ({ id }) => id,
              (item) => this.#row(item),
            )}
          </tbody>
        </table>
      </div>
      <div class="older">
        ${
          next === null
            ? html`<span class="muted">That is all of it.</span>`
            : html`<button @click=${() => this.#older(next)}>Show older</button>`
        }
      </div>`
  }

  #row(item: AlertTransition) {
    const { series, at, to, value, reason, rule_name } = item
    const [metric, agent] = series
    const range = { from: at - aroundMs, to: at + aroundMs }
    const chart = hrefOf({ page: 'tenant', tenant: this.tenant, metric, range, ...(agent && { agent }) })
    return html`<tr data-id=${item.id}>
      <td class="mono at"><a href=${chart} title="Show the chart of that time">${formatDateTime(at)}</a></td>
      <td><sg-alert-state .state=${to} .word=${changeWord(item)}></sg-alert-state></td>
      <td class="rule" title=${rule_name}>${rule_name}</td>
      <td class="series wide" title=${seriesText(series)}>${seriesText(series)}</td>
      <td class="num wide">${value === null ? '–' : formatValue(value, unitOf(metric))}</td>
      <td class="wide muted">${reason.replaceAll('_', ' ')}</td>
    </tr>`
  }

  get #about(): { tenant?: string } {
    return (this.#access.value?.session.tenants.length ?? 0) > 1 ? { tenant: this.tenant } : {}
  }

  #go(change: { [K in keyof Route]?: Route[K] | undefined }): void {
    navigate({ ...this.route, ...change, page: 'alerts' } as Route)
  }

  #get<T>(
    path: string,
    query: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<Listing<T>> | undefined {
    const base = `/api/v1/tenants/${encodeURIComponent(this.tenant)}/${path}?${new URLSearchParams(query)}`
    return this.#access.value?.api.get(base, signal)
  }

  #readFirst(signal: AbortSignal): Promise<true> | undefined {
    const list = this.#list
    const query = { ...filterQuery(list.filter), limit: String(pageSize) }
    return this.#get<AlertTransition>('alerts', query, signal)?.then(({ items, next }) => {
      list.begin(items, next)
      return true
    })
  }

  async #older(cursor: string): Promise<void> {
    const list = this.#list
    this.problem = undefined
    try {
      const query = { ...filterQuery(list.filter), limit: String(pageSize), cursor }
      const page = await this.#get<AlertTransition>('alerts', query)
      if (page) list.more(page.items, page.next)
    } catch (error) {
      this.problem = explain(error)
    }
    this.requestUpdate()
  }
}

function options(values: readonly (string | null | undefined)[]): [string, string][] {
  const known = values.filter((value) => typeof value === 'string')
  return [...new Set(known)].sort().map((value) => [value, value])
}

customElements.define('sg-alerts-page', SgAlertsPage)
