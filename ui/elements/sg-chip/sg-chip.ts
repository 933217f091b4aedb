import { html, LitElement, type PropertyValues } from 'lit'
import type { PanelState } from '../../model/panel-state.ts'
import { base } from '../../styles/shared.ts'
import { define } from '../define.ts'
import { styles } from './sg-chip.styles.ts'

/** Says what a live panel is right now: `LIVE · 42 ms`, `PAUSED · 312 behind`. Differs by colour, shape and words. */
export class SgChip extends LitElement {
  static override styles = [base, styles]
  static override properties = { state: { attribute: false } }
  declare state: PanelState

  constructor() {
    super()
    this.state = { kind: 'connecting', text: 'CONNECTING' }
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('state')) this.dataset.kind = this.state.kind
  }

  protected override render() {
    return html`<i aria-hidden="true"></i><span>${this.state.text}</span>`
  }
}

define('sg-chip', SgChip)
