import { html, LitElement, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { AgentItem } from '../../api/types.ts'
import { formatAge, formatDateTime, formatValue, unitOf } from '../../model/format.ts'
import type { LastValues } from '../../model/last-values.ts'
import { hrefOf } from '../../model/route.ts'
import { base } from '../../styles/shared.ts'
import '../sg-status/sg-status.ts'
import { styles } from './sg-agents-table.styles.ts'

/** Values that fit a row before it says how many more there are. */
const shownValues = 3

/** Agents with their status, when they were last heard of, and what they said. A click filters the charts. */
export class SgAgentsTable extends LitElement {
  static override styles = [base, styles]
  static override properties = {
    tenant: {},
    agents: { attribute: false },
    values: { attribute: false },
    now: { type: Number },
  }
  declare tenant: string
  /** Undefined while they are not known. */
  declare agents: readonly AgentItem[] | undefined
  declare values: LastValues
  /** The server's time, epoch ms. */
  declare now: number

  protected override render() {
    return html`<div role="table" aria-label="Agents">
      <div role="row" class="row head">
        <span role="columnheader">Agent</span>
        <span role="columnheader">Status</span>
        <span role="columnheader">Last seen</span>
        <span role="columnheader">Last values</span>
      </div>
      ${
        this.agents === undefined
          ? [1, 2, 3].map(
              () => html`<div class="row blank" aria-hidden="true"><i></i><i></i><i></i><i></i></div>`,
            )
          : repeat(
              this.agents,
              (agent) => agent.agent_id,
              (agent) => this.#row(agent),
            )
      }
    </div>`
  }

  #row(agent: AgentItem) {
    const values = this.values.of(agent.agent_id)
    const href = hrefOf({ page: 'tenant', tenant: this.tenant, agent: agent.agent_id })
    return html`<a role="row" class="row" href=${href} data-agent=${agent.agent_id}>
      <span role="cell" class="name" title=${agent.agent_id}>${agent.agent_id}</span>
      <span role="cell"><sg-status .status=${agent.status} .reason=${agent.reason}></sg-status></span>
      <span
        role="cell"
        class="mono age"
        title=${agent.last_seen === null ? nothing : formatDateTime(agent.last_seen)}
      >
        ${agent.last_seen === null ? 'never' : formatAge(this.now - agent.last_seen)}
      </span>
      <span role="cell" class="values">
        ${values.slice(0, shownValues).map(
          ({ metric, value }) =>
            html`<span class="value"
              ><span class="muted">${metric}</span><b class="mono">${formatValue(value, unitOf(metric))}</b></span
            >`,
        )}
        ${values.length > shownValues ? html`<span class="muted">+${values.length - shownValues}</span>` : nothing}
      </span>
    </a>`
  }

  constructor() {
    super()
    this.tenant = ''
    this.agents = undefined
    this.now = 0
  }
}

customElements.define('sg-agents-table', SgAgentsTable)
