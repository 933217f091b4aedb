import { css, html, LitElement } from 'lit'
import { base, controls } from '../../styles/shared.ts'
import { icons } from '../icons.ts'

/** How long it says that something was copied, ms. */
const saidMs = 1500

/** A line that is there to be copied, with the button that does it. */
export class SgCopy extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .line {
        display: flex;
        align-items: flex-start;
        gap: 8px;
        padding: 7px 7px 7px 12px;
        border: 1px solid var(--sg-line);
        border-radius: var(--sg-radius);
        background: var(--sg-ground);
        text-align: left;
      }

      pre {
        flex: 1;
        margin: 0;
        padding: 4px 0;
        min-width: 0;
        max-height: var(--sg-copy-height, 128px);
        overflow: auto;
        font: 400 12px / 20px var(--sg-mono);
        font-variant-ligatures: none;
        color: var(--sg-text);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }

      button {
        min-width: 84px;
      }
    `,
  ]
  static override properties = { label: {}, text: {}, said: { state: true } }
  /** What the line is, for those who can't see it. */
  declare label: string
  declare text: string
  declare private said: '' | 'Copied' | 'Selected'

  constructor() {
    super()
    this.label = ''
    this.text = ''
    this.said = ''
  }

  protected override render() {
    return html`<div class="line">
      <pre tabindex="0" role="group" aria-label=${this.label}>${this.text}</pre>
      <button class="quiet" aria-label=${`Copy: ${this.label}`} @click=${this.#copy}>
        ${this.said ? icons.check : icons.copy}${this.said || 'Copy'}
      </button>
      <span class="heard" role="status">${this.said}</span>
    </div>`
  }

  /** Browsers lend the clipboard to pages over HTTPS and on this machine only; elsewhere the line is selected. */
  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.text)
      this.said = 'Copied'
    } catch {
      const line = this.renderRoot.querySelector('pre')
      if (line) getSelection()?.selectAllChildren(line)
      this.said = 'Selected'
    }
    setTimeout(() => {
      this.said = ''
    }, saidMs)
  }
}

customElements.define('sg-copy', SgCopy)
