import type { AlertState } from '@streamgauge/core/alert.ts'
import { css, html, LitElement } from 'lit'
import { base } from '../../styles/shared.ts'
import { define } from '../define.ts'

const words: Record<AlertState, string> = {
  OK: 'OK',
  PENDING: 'Pending',
  FIRING: 'Firing',
  NO_DATA: 'No data',
}

/** The state of an alert: a shape, a colour and a word of its own each; `word` says it differently. */
export class SgAlertState extends LitElement {
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
        width: 10px;
        height: 10px;
        flex: none;
      }

      .OK {
        border: 1.5px solid var(--sg-ok);
        border-radius: 50%;
      }

      .PENDING {
        background: var(--sg-pending);
        clip-path: polygon(50% 8%, 100% 92%, 0 92%);
      }

      .FIRING {
        border-radius: 1px;
        background: var(--sg-firing);
        transform: rotate(45deg) scale(0.8);
      }

      .NO_DATA {
        border: 1.5px dashed var(--sg-offline);
      }

      .FIRING + span {
        color: var(--sg-firing);
        font-weight: 600;
      }
    `,
  ]
  static override properties = { state: {}, word: {} }
  declare state: AlertState
  declare word: string

  constructor() {
    super()
    this.state = 'OK'
    this.word = ''
  }

  protected override render() {
    return html`<i class=${this.state} aria-hidden="true"></i><span>${this.word || words[this.state]}</span>`
  }
}

define('sg-alert-state', SgAlertState)
