import { html, LitElement, nothing } from 'lit'
import { icons } from '../../elements/icons.ts'
import '../../elements/sg-agent-status/sg-agent-status.ts'
import { onTick } from '../../elements/ticker.ts'
import { formatAge } from '../../model/format.ts'
import { base, controls } from '../../styles/shared.ts'
import { FleetController } from '../fleet-controller.ts'
import { styles } from './sg-agent-chip.styles.ts'

/** Says that everything shown is of one agent, how that agent is, and ends it: fires `sg-clear`. */
export class SgAgentChip extends LitElement {
  static override styles = [base, controls, styles]
  static override properties = { tenant: {}, agent: {} }
  declare tenant: string
  declare agent: string
  readonly #fleet = new FleetController(this, () => this)
  #stop: (() => void) | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.#stop = onTick(() => this.requestUpdate())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop?.()
  }

  protected override render() {
    const known = this.#fleet.fleet.get(this.agent)
    const now = this.#fleet.feed.feed?.clock.now() ?? Date.now()
    return html`<div class="chip" role="group" aria-label=${`Filtered by agent ${this.agent}`}>
      <b>${this.agent}</b>
      ${
        known
          ? html`<sg-agent-status .status=${known.status} .reason=${known.reason}></sg-agent-status>
              ${
                known.last_seen === null
                  ? nothing
                  : html`<span class="mono age" title="Last seen">${formatAge(now - known.last_seen)} ago</span>`
              }`
          : nothing
      }
      <button
        class="quiet"
        title="Show all agents"
        aria-label="Show all agents"
        @click=${() => this.dispatchEvent(new CustomEvent('sg-clear'))}
      >
        ${icons.close}
      </button>
    </div>`
  }
}

customElements.define('sg-agent-chip', SgAgentChip)
