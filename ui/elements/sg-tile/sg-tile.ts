import { css, html, LitElement, nothing } from 'lit'
import { base } from '../../styles/shared.ts'
import '../sg-spark/sg-spark.ts'

/** One number at a glance: what it is, how much, and a word on it. */
export class SgTile extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        position: relative;
        min-width: 0;
        height: 104px;
        padding: 12px 16px;
        border: 1px solid var(--sg-line);
        border-radius: var(--sg-radius);
        background: var(--sg-surface);
        overflow: hidden;
      }

      h2 {
        font: 500 12px / 16px var(--sg-sans);
        color: var(--sg-muted);
      }

      .value {
        display: flex;
        align-items: baseline;
        gap: 6px;
        margin-top: 8px;
        color: var(--sg-strong);
        font: 500 26px / 32px var(--sg-mono);
        font-variant-numeric: tabular-nums;
        letter-spacing: -0.03em;
        white-space: nowrap;
      }

      .unit {
        font: 400 13px / 20px var(--sg-sans);
        letter-spacing: 0;
        color: var(--sg-muted);
      }

      .note {
        margin-top: 4px;
        color: var(--sg-muted);
        font-size: 12px;
        line-height: 18px;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .note[data-tone='pending'] {
        color: var(--sg-pending);
      }

      .note[data-tone='firing'] {
        color: var(--sg-firing);
      }

      sg-spark {
        position: absolute;
        right: 0;
        bottom: 0;
        width: 42%;
        height: 44px;
        mask-image: linear-gradient(90deg, transparent, #000 45%);
      }

      .note[data-beside] {
        max-width: 62%;
      }

      .blank {
        width: 72px;
        height: 20px;
        margin: 6px 0;
        border-radius: var(--sg-radius-s);
        background: var(--sg-raised);
      }

      @media (max-width: 640px) {
        :host {
          height: 92px;
          padding: 10px 12px;
        }

        .value {
          margin-top: 4px;
          font-size: 21px;
        }

        .unit {
          font-size: 12px;
        }
      }
    `,
  ]
  static override properties = {
    label: {},
    value: {},
    unit: {},
    note: {},
    tone: {},
    values: { attribute: false },
  }
  declare label: string
  /** Undefined while it is not known. */
  declare value: string | undefined
  declare unit: string
  declare note: string
  declare tone: '' | 'pending' | 'firing'
  declare values: readonly number[] | undefined

  constructor() {
    super()
    this.label = ''
    this.value = undefined
    this.unit = ''
    this.note = ''
    this.tone = ''
    this.values = undefined
  }

  protected override render() {
    return html`
      <h2>${this.label}</h2>
      <div class="value">
        ${
          this.value === undefined
            ? html`<span class="blank" aria-label="not known yet"></span>`
            : html`<span data-role="value">${this.value}</span><span class="unit">${this.unit}</span>`
        }
      </div>
      <p class="note" data-tone=${this.tone} ?data-beside=${this.values !== undefined}>${this.note}</p>
      ${this.values ? html`<sg-spark .values=${[...this.values]}></sg-spark>` : nothing}
    `
  }
}

customElements.define('sg-tile', SgTile)
