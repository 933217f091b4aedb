import { html, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { explain } from '../../api/client.ts'
import { type AgentItem, type AgentStatus, agentStatuses, type Listing } from '../../api/types.ts'
import { PollController } from '../../app/poll-controller.ts'
import { define } from '../../elements/define.ts'
import '../../elements/sg-agent-status/sg-agent-status.ts'
import { Fleet } from '../../model/fleet.ts'
import { formatAge } from '../../model/format.ts'
import { listState } from '../../model/panel-state.ts'
import type { TenantFeed } from '../../model/tenant-feed.ts'
import { Transitions } from '../../model/transitions.ts'
import { Widget } from '../widget.ts'
import { styles } from './sg-status.styles.ts'

/** Changes come by the stream; the list is read again this often all the same, ms. */
const listMs = 120_000
/** An agent that is not on the list has it read again, once in this time, ms: everybody who looks at the page asks. */
const strangersMs = 10_000
/** Agents that are shown by name; those beyond are counted. */
const most = 12
/** Ages are written anew this often, ms. */
const ageMs = 1000
/** Those that need a look come first. */
const urgency: readonly AgentStatus[] = ['offline', 'late', 'unknown', 'online']

/** Whether agents still report: all that send a metric of the token, or one: `<sg-status src tenant token agent? …>`. */
export class SgStatus extends Widget {
  static override styles = [...Widget.styles, styles]
  #fleet = new Fleet((agent) => this.#shows(agent))
  /** There are agents beyond those on the list: who is not on it may be one of them. */
  #beyond = false
  #readAt = Number.NEGATIVE_INFINITY
  #news = new Transitions()
  /** What was announced last. */
  #said = ''
  #writtenAt = 0
  readonly #list = new PollController(this, listMs, (signal) => this.#read(signal))

  protected override linked(feed: TenantFeed): () => void {
    this.#fleet = new Fleet((agent) => this.#shows(agent))
    this.#news = new Transitions()
    this.#said = ''
    this.#list.reset()
    return feed.listen({
      points: (_, batch) => {
        if (this.#fleet.heard(batch)) this.#meet()
        this.heard(batch.received)
      },
      agent: (state) => {
        if (this.#shows(state.agent_id)) this.#news.note(state)
        this.#fleet.apply(state)
        this.requestUpdate()
      },
      missed: () => void this.#list.now(),
    })
  }

  protected override ticked(): void {
    super.ticked()
    if (performance.now() - this.#writtenAt >= ageMs) this.requestUpdate()
  }

  protected override render() {
    this.#writtenAt = performance.now()
    this.#said = this.#news.tell(performance.now()) ?? this.#said
    const { feed } = this
    const agents = this.#fleet.agents
    const failure = this.#list.failure
    const state = listState({
      stream: feed?.stream.kind ?? 'connecting',
      wasOpen: feed?.wasOpen ?? false,
      loading: agents === undefined,
      error: failure === undefined ? undefined : explain(failure),
      lagMs: this.pulse.lagMs,
    })
    return this.panel(this.agent ?? 'Agents', state, this.#body(agents, failure))
  }

  #body(agents: readonly AgentItem[] | undefined, failure: unknown) {
    if (!agents) {
      return failure === undefined || this.trouble
        ? undefined
        : html`<p class="message" part="message">${explain(failure)}</p>`
    }
    const shown = agents
      .filter(({ agent_id }) => this.#shows(agent_id))
      .sort(
        (a, b) =>
          urgency.indexOf(a.status) - urgency.indexOf(b.status) || a.agent_id.localeCompare(b.agent_id),
      )
    if (shown.length === 0) {
      const who = this.agent ? `${this.agent} has not reported yet.` : 'No agent has reported yet.'
      return html`<p class="message muted" part="message">${who} It appears here by itself.</p>`
    }
    return html`${this.agent ? nothing : this.#counts(shown)}
      <ul part="list" aria-label="Agents">
        ${repeat(
          shown.slice(0, most),
          ({ agent_id }) => agent_id,
          (agent) => this.#row(agent),
        )}
      </ul>
      ${shown.length > most ? html`<p class="more muted" part="more">and ${shown.length - most} more</p>` : nothing}
      <p class="heard" role="status">${this.#said}</p>`
  }

  #counts(agents: readonly AgentItem[]) {
    const counted = agentStatuses
      .map((status) => ({ status, count: agents.filter((agent) => agent.status === status).length }))
      .filter(({ count }) => count > 0)
    return html`<p class="counts" part="counts">
      ${counted.map(
        ({ status, count }) =>
          html`<span><b class="mono">${count}</b><sg-agent-status .status=${status}></sg-agent-status></span>`,
      )}
    </p>`
  }

  #row({ agent_id, status, reason, last_seen }: AgentItem) {
    const now = this.feed?.clock.now() ?? Date.now()
    return html`<li part="row" data-agent=${agent_id} data-status=${status}>
      <span class="name">${agent_id}</span>
      <sg-agent-status .status=${status} .reason=${reason}></sg-agent-status>
      <span class="age mono">${last_seen === null ? 'never' : `${formatAge(now - last_seen)} ago`}</span>
    </li>`
  }

  #shows(agent: string): boolean {
    return !this.agent || this.agent === agent
  }

  /** Somebody has sent points who is not on the list. Whom it doesn't name next time either sends again. */
  #meet(): void {
    if (!this.#beyond && performance.now() - this.#readAt >= strangersMs) void this.#list.now()
  }

  #read(signal: AbortSignal): Promise<true> | undefined {
    const { gauge, path, agent } = this
    if (!gauge) return undefined
    const fleet = this.#fleet
    fleet.asked()
    this.#readAt = performance.now()
    const query = new URLSearchParams({ limit: '1000', ...(agent && { agent }) })
    return gauge.api
      .get<Listing<Partial<AgentItem>>>(`${path}/agents?${query}`, signal)
      .then(({ items, next }) => {
        if (signal.aborted) return true
        this.#beyond = next !== null
        // a token for pages is told neither of metrics nor of intervals
        fleet.replace(items.map((item) => ({ ...blank, ...item })))
        return true
      })
  }
}

const blank: AgentItem = {
  agent_id: '',
  status: 'unknown',
  reason: null,
  last_seen: null,
  interval_ms: null,
  metrics: [],
}

define('sg-status', SgStatus)
