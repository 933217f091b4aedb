import { css, html, LitElement } from 'lit'
import type { AgentStatus } from '../../api/types.ts'
import { base } from '../../styles/shared.ts'
import { define } from '../define.ts'

const words: Record<AgentStatus, string> = {
  online: 'Online',
  late: 'Late',
  offline: 'Offline',
  unknown: 'Unknown',
}

/** An agent's status: a shape, a colour and a word of its own each. */
export class SgAgentStatus extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        --tone: var(--sg-offline);
        display: inline-flex;
        align-items: center;
        gap: 8px;
        white-space: nowrap;
      }

      i {
        width: 8px;
        height: 8px;
        flex: none;
      }

      .online {
        --tone: var(--sg-ok);
        border-radius: 50%;
        background: var(--tone);
      }

      .late {
        --tone: var(--sg-pending);
        background: var(--tone);
        clip-path: polygon(50% 0, 100% 100%, 0 100%);
      }

      .offline {
        border-radius: 1px;
        background: var(--tone);
      }

      .unknown {
        border: 1.5px solid var(--tone);
        border-radius: 50%;
      }

      em {
        color: var(--sg-muted);
        font-style: normal;
      }
    `,
  ]
  static override properties = { status: {}, reason: {} }
  declare status: AgentStatus
  declare reason: string | null

  constructor() {
    super()
    this.status = 'unknown'
    this.reason = null
  }

  protected override render() {
    const known = this.status in words ? this.status : 'unknown'
    return html`<i class=${known} aria-hidden="true"></i><span>${words[known]}</span>${
      this.reason ? html`<em>${this.reason}</em>` : ''
    }`
  }
}

define('sg-agent-status', SgAgentStatus)
