import { css, html, LitElement } from 'lit'
import { base, controls } from '../../styles/shared.ts'
import { icons } from '../icons.ts'

/** A tenant without points: the line that sends the first one. */
export class SgEmpty extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        justify-items: center;
        gap: 8px;
        padding: 56px 24px;
        border: 1px dashed var(--sg-line-strong);
        border-radius: var(--sg-radius);
        text-align: center;
      }

      h2 {
        font: 600 15px / 24px var(--sg-sans);
        color: var(--sg-strong);
      }

      .line {
        display: flex;
        align-items: flex-start;
        gap: 8px;
        width: min(760px, 100%);
        margin-top: 12px;
        padding: 12px 8px 12px 16px;
        border: 1px solid var(--sg-line);
        border-radius: var(--sg-radius);
        background: var(--sg-surface);
        text-align: left;
      }

      pre {
        flex: 1;
        margin: 0;
        min-width: 0;
        overflow-x: auto;
        font: 400 12.5px / 20px var(--sg-mono);
        color: var(--sg-text);
        white-space: pre;
      }

      b {
        color: var(--sg-accent);
        font-weight: 400;
      }

      code {
        font: 400 12px / 1 var(--sg-mono);
        color: var(--sg-text);
      }

      @media (max-width: 640px) {
        :host {
          padding: 32px 16px;
        }

        .line {
          flex-direction: column;
          align-items: stretch;
          padding: 10px 12px;
        }

        code {
          display: inline-block;
          line-height: 18px;
          overflow-wrap: anywhere;
        }
      }

      .beat {
        width: 56px;
        height: 28px;
        fill: none;
        stroke: var(--sg-line-strong);
        stroke-width: 2;
        stroke-linecap: round;
        stroke-linejoin: round;
      }
    `,
  ]
  static override properties = { tenant: {}, url: {}, copied: { state: true } }
  declare tenant: string
  /** Where points are sent to. */
  declare url: string
  declare private copied: boolean

  constructor() {
    super()
    this.tenant = ''
    this.url = ''
    this.copied = false
  }

  get #command(): string {
    return [
      `curl -X POST ${this.url} \\`,
      `  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\`,
      `  -d '{"metric_name": "hello.value", "value": 42}'`,
    ].join('\n')
  }

  protected override render() {
    return html`
      <svg class="beat" viewBox="0 0 56 28" aria-hidden="true"><path d="M2 16h14l5-12 8 20 5-12h20" /></svg>
      <h2>No points in ${this.tenant} yet</h2>
      <p class="muted">Send one; its chart appears here by itself, usually within a tenth of a second.</p>
      <div class="line">
        <pre tabindex="0" aria-label="Command that sends a point">${this.#command}</pre>
        <button class="quiet" @click=${this.#copy}>
          ${this.copied ? icons.check : icons.copy}${this.copied ? 'Copied' : 'Copy'}
        </button>
      </div>
      <p class="muted">
        <code>$TOKEN</code> is a token with the scope ingest:
        <code>npm run streamgauge -- token create --tenant ${this.tenant} --scope ingest</code>
      </p>
    `
  }

  async #copy(): Promise<void> {
    await navigator.clipboard.writeText(this.#command)
    this.copied = true
    setTimeout(() => {
      this.copied = false
    }, 1500)
  }
}

customElements.define('sg-empty', SgEmpty)
