import { ContextConsumer } from '@lit/context'
import { html, LitElement, nothing } from 'lit'
import { type AgentItem, type AgentStatus, agentStatuses, type Enrolment } from '../../api/types.ts'
import { accessContext } from '../../app/contexts.ts'
import { FleetController } from '../../app/fleet-controller.ts'
import { navigate } from '../../app/navigate.ts'
import { TrendsController } from '../../app/trends-controller.ts'
import '../../elements/sg-agents-table/sg-agents-table.ts'
import type { SgConfirm } from '../../elements/sg-confirm/sg-confirm.ts'
import '../../elements/sg-confirm/sg-confirm.ts'
import type { SgEnrol } from '../../elements/sg-enrol/sg-enrol.ts'
import '../../elements/sg-enrol/sg-enrol.ts'
import { icons } from '../../elements/icons.ts'
import { onTick } from '../../elements/ticker.ts'
import { Arranger } from '../../model/arranger.ts'
import { countStatuses, formatSort, parseSort, pressed, type SortKey } from '../../model/fleet-view.ts'
import { formatCount } from '../../model/format.ts'
import type { Route } from '../../model/route.ts'
import { Transitions } from '../../model/transitions.ts'
import { base, controls, page } from '../../styles/shared.ts'
import { styles } from './sg-agents.styles.ts'

/** All agents of a tenant: found by name and status, kept up to date by the stream, enrolled and revoked here. */
export class SgAgents extends LitElement {
  static override styles = [base, controls, page, styles]
  static override properties = { tenant: {}, route: { attribute: false }, said: { state: true } }
  declare tenant: string
  declare route: Route
  /** The last changes of status, for those who can't see them. */
  declare private said: string
  #stop: (() => void) | undefined
  readonly #arranger = new Arranger()
  readonly #transitions = new Transitions()
  readonly #access = new ContextConsumer(this, { context: accessContext, subscribe: true })
  readonly #fleet = new FleetController(this, () => ({ tenant: this.tenant }), {
    points: (_, batch) => this.#trends.trends?.take(batch),
    agent: (state) => this.#transitions.note(state),
  })
  readonly #trends = new TrendsController(this, this.#fleet, () => this.route.metric)

  constructor() {
    super()
    this.said = ''
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#stop = onTick(() => this.#tick())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop?.()
  }

  protected override render() {
    const { fleet, error } = this.#fleet
    const all = fleet.agents
    const counts = countStatuses(all ?? [])
    return html`
      <div class="head">
        <h1>Agents</h1>
        <span class="muted">${all?.length ? `${formatCount(counts.online)} of ${formatCount(counts.all)} online` : ''}</span>
        <span class="grow"></span>
        ${
          this.#manages && all?.length !== 0
            ? html`<button class="primary" @click=${this.#enrol}>${icons.add}Enrol an agent</button>`
            : nothing
        }
      </div>
      ${all?.length === 0 ? nothing : this.#filters(counts)}
      ${
        error
          ? html`<div class="notice bad" role="alert">
              ${icons.warn}<span>The agents could not be read: ${error} It is tried again by itself.</span>
            </div>`
          : nothing
      }
      <section class="card">${this.#body(all)}</section>
      <p class="heard" role="status" aria-live="polite">${this.said}</p>
      <sg-enrol .tenant=${this.tenant} .enrol=${this.#makeLogin} @sg-enrolled=${() => this.#fleet.refresh()}></sg-enrol>
      <sg-confirm></sg-confirm>
    `
  }

  #body(all: readonly AgentItem[] | undefined) {
    const { route } = this
    const { fleet, feed } = this.#fleet
    const { trends } = this.#trends
    if (all?.length === 0) return this.#empty()
    const sort = parseSort(route.sort)
    const view = { search: route.search ?? '', statuses: route.statuses ?? [], sort }
    const now = feed.feed?.clock.now() ?? Date.now()
    const shown =
      all &&
      this.#arranger.arrange(fleet, view, now, (agent) =>
        trends ? fleet.values.value(agent, trends.metric) : Number.NaN,
      )
    if (shown?.length === 0) {
      return html`<div class="none">
        <p class="muted">No agent matches.</p>
        <button @click=${() => this.#go({ search: undefined, statuses: undefined })}>Show all agents</button>
      </div>`
    }
    return html`<sg-agents-table
      .tenant=${this.tenant}
      .agents=${shown}
      .values=${fleet.values}
      .trends=${trends}
      .now=${now}
      .sort=${sort}
      ?manages=${this.#manages}
      @pointerenter=${() => this.#arranger.hold('pointer', true)}
      @pointerleave=${() => this.#arranger.hold('pointer', false)}
      @focusin=${() => this.#arranger.hold('focus', true)}
      @focusout=${() => this.#arranger.hold('focus', false)}
      @sg-sort=${(e: CustomEvent<SortKey>) => this.#go({ sort: formatSort(pressed(sort, e.detail)) }, true)}
      @sg-window=${(e: CustomEvent<string[]>) => this.#trends.look(e.detail)}
      @sg-revoke=${(e: CustomEvent<string>) => this.#revoke(e.detail)}
    ></sg-agents-table>`
  }

  #empty() {
    return html`<div class="none">
      <h2>No agents yet</h2>
      <p class="muted">
        ${
          this.#manages
            ? 'Enrol one to get its login and a line that installs it.'
            : 'Whoever manages this tenant can enrol one.'
        }
        Points sent over HTTP with an agent_id show up here as well.
      </p>
      ${this.#manages ? html`<button class="primary" @click=${this.#enrol}>${icons.add}Enrol an agent</button>` : nothing}
    </div>`
  }

  #filters(counts: Record<AgentStatus, number>) {
    const { search = '', metric } = this.route
    const { metrics } = this.#fleet.fleet.values
    const shown = this.#trends.trends?.metric
    return html`<div class="filters">
      <label class="find"
        >${icons.search}<span class="heard">Find an agent</span
        ><input type="search" placeholder="Find an agent" .value=${search} @input=${this.#find}
      /></label>
      ${agentStatuses.map((status) => this.#filter(status, counts[status]))}
      <span class="grow"></span>
      ${
        metrics.length > 1
          ? html`<label class="metric"
              >Metric
              <select @change=${this.#chooseMetric}>
                ${metrics.map((name) => html`<option value=${name} ?selected=${name === (metric ?? shown)}>${name}</option>`)}
              </select></label
            >`
          : nothing
      }
    </div>`
  }

  #filter(status: AgentStatus, count: number) {
    const { statuses = [] } = this.route
    const on = statuses.includes(status)
    if (count === 0 && !on) return nothing
    const next = on ? statuses.filter((s) => s !== status) : [...statuses, status]
    return html`<button aria-pressed=${on} @click=${() => this.#go({ statuses: next })}>
      <sg-agent-status .status=${status}></sg-agent-status><span class="muted mono">${count}</span>
    </button>`
  }

  get #manages(): boolean {
    return this.#access.value?.session.scopes.some((s) => s === 'manage' || s === 'operator') ?? false
  }

  #tick(): void {
    const news = this.#transitions.tell(performance.now())
    if (news) this.said = news
    this.requestUpdate()
  }

  /** `replace` for what Back should not undo letter by letter. */
  #go(change: Partial<Route>, replace = false): void {
    navigate({ ...this.route, ...change, page: 'agents' }, replace)
  }

  #find(event: Event): void {
    this.#go({ search: (event.target as HTMLInputElement).value.trim() }, true)
  }

  #chooseMetric(event: Event): void {
    this.#go({ metric: (event.target as HTMLSelectElement).value }, true)
  }

  #enrol(): void {
    void this.renderRoot.querySelector<SgEnrol>('sg-enrol')?.show()
  }

  #revoke(agent: string): void {
    void this.renderRoot.querySelector<SgConfirm>('sg-confirm')?.ask({
      title: `Revoke ${agent}?`,
      text: 'Its login ends at once and it is disconnected. Its points stay. It can be enrolled again, with a new password.',
      action: 'Revoke',
      run: async () => {
        await this.#access.value?.api.delete(`${this.#path}/${encodeURIComponent(agent)}`)
        this.#fleet.refresh()
      },
    })
  }

  #makeLogin = (agent_id: string, renew: boolean): Promise<Enrolment> => {
    const api = this.#access.value?.api
    if (!api) return Promise.reject(new Error('not signed in'))
    return api.post<Enrolment>(renew ? `${this.#path}?renew=true` : this.#path, { agent_id })
  }

  get #path(): string {
    return `/api/v1/tenants/${encodeURIComponent(this.tenant)}/agents`
  }
}

customElements.define('sg-agents', SgAgents)
