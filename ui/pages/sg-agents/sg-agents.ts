import { ContextConsumer } from '@lit/context'
import { css, html, LitElement, nothing } from 'lit'
import type { AgentItem, AgentStatus, Listing, SeriesItem } from '../../api/types.ts'
import { seriesName } from '../../api/types.ts'
import { accessContext } from '../../app/contexts.ts'
import { FeedController } from '../../app/feed-controller.ts'
import { PollController } from '../../app/poll-controller.ts'
import '../../elements/sg-agents-table/sg-agents-table.ts'
import { icons } from '../../elements/icons.ts'
import { onTick } from '../../elements/ticker.ts'
import { LastValues } from '../../model/last-values.ts'
import { base, controls, page } from '../../styles/shared.ts'

const statuses: readonly AgentStatus[] = ['online', 'late', 'offline', 'unknown']

/** All agents of a tenant, found by name and status. */
export class SgAgents extends LitElement {
  static override styles = [
    base,
    controls,
    page,
    css`
      .none {
        padding: 48px 16px;
        text-align: center;
      }

      .filters {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }

      .filters button[aria-pressed='true'] {
        border-color: var(--sg-accent);
        background: var(--sg-accent-weak);
        color: var(--sg-strong);
      }

      input {
        width: 200px;
      }

      @media (max-width: 640px) {
        .filters,
        .filters label,
        input {
          width: 100%;
        }
      }
    `,
  ]
  static override properties = { tenant: {}, search: { state: true }, status: { state: true } }
  declare tenant: string
  declare private search: string
  declare private status: AgentStatus | undefined
  #values = new LastValues()
  #stop: (() => void) | undefined
  readonly #access = new ContextConsumer(this, { context: accessContext, subscribe: true })
  readonly #feed = new FeedController(this, () => this.tenant, {
    points: (_, batch) => this.#values.take(batch),
  })
  readonly #agents = new PollController(this, 2000, (signal) =>
    this.#get<Listing<AgentItem>>('/agents?limit=1000', signal),
  )
  constructor() {
    super()
    new PollController(this, 60_000, (signal) => this.#readSeries(signal))
    this.search = ''
    this.status = undefined
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#stop = onTick(() => this.requestUpdate())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop?.()
  }

  protected override render() {
    const all = this.#agents.value?.items
    const shown = all?.filter(
      (a) =>
        (!this.status || a.status === this.status) &&
        a.agent_id.toLowerCase().includes(this.search.toLowerCase()),
    )
    return html`
      <div class="head">
        <h1>Agents</h1>
        <span class="muted">${all ? `${all.length} of ${this.tenant}` : ''}</span>
        <span class="grow"></span>
        <div class="filters">
          <label
            ><span class="heard">Find an agent</span
            ><input type="search" placeholder="Find an agent" @input=${this.#find}
          /></label>
          ${statuses.map((status) => this.#filter(status, all ?? []))}
        </div>
      </div>
      ${
        this.#agents.error
          ? html`<div class="notice bad" role="alert">
              ${icons.warn}<span>The agents could not be read: ${this.#agents.error} It is tried again by itself.</span>
            </div>`
          : nothing
      }
      <section class="card">
        ${
          shown?.length === 0
            ? html`<p class="muted none">
                ${all?.length === 0 ? 'No agent has been seen yet: points that carry an agent_id make one.' : 'No agent matches.'}
              </p>`
            : html`<sg-agents-table
                .tenant=${this.tenant}
                .agents=${shown}
                .values=${this.#values}
                .now=${this.#feed.feed?.clock.now() ?? Date.now()}
              ></sg-agents-table>`
        }
      </section>
    `
  }

  #filter(status: AgentStatus, all: readonly AgentItem[]) {
    const count = all.filter((a) => a.status === status).length
    if (count === 0 && this.status !== status) return nothing
    return html`<button aria-pressed=${this.status === status} @click=${() => this.#only(status)}>
      <sg-status .status=${status}></sg-status><span class="muted mono">${count}</span>
    </button>`
  }

  #only(status: AgentStatus): void {
    this.status = this.status === status ? undefined : status
  }

  #find(event: Event): void {
    this.search = (event.target as HTMLInputElement).value.trim()
  }

  #readSeries(signal: AbortSignal): Promise<true> | undefined {
    return this.#get<Listing<SeriesItem>>('/series?limit=1000', signal)?.then(({ items }) => {
      for (const item of items)
        if (item.last) this.#values.put(seriesName(item), item.last.ts, item.last.value)
      return true as const
    })
  }

  #get<T>(path: string, signal: AbortSignal): Promise<T> | undefined {
    return this.#access.value?.api.get<T>(`/api/v1/tenants/${encodeURIComponent(this.tenant)}${path}`, signal)
  }
}

customElements.define('sg-agents', SgAgents)
