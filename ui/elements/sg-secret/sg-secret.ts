import { css, html, LitElement, nothing } from 'lit'
import { base, controls, dialog } from '../../styles/shared.ts'
import '../sg-copy/sg-copy.ts'

/** Something that can be read this once, and the lines to copy. */
export interface Secret {
  readonly title: string
  /** Why it has to be copied now. */
  readonly text: string
  readonly lines: readonly {
    /** What stands above the line. */
    readonly title?: string
    /** What it is, for those who can't see it. */
    readonly label: string
    readonly text: string
  }[]
}

/** The dialog that shows a secret once; further content may stand in it. It closes by its button alone: fires `sg-closed`. */
export class SgSecret extends LitElement {
  static override styles = [
    base,
    controls,
    dialog,
    css`
      :host {
        display: contents;
      }

      dl {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 16px;
        margin-top: 16px;
      }

      dt {
        margin-bottom: 6px;
        color: var(--sg-strong);
        font-weight: 500;
      }
    `,
  ]
  static override properties = { secret: { state: true } }
  declare private secret: Secret | undefined

  constructor() {
    super()
    this.secret = undefined
  }

  async show(secret: Secret): Promise<void> {
    this.secret = secret
    await this.updateComplete
    this.#dialog?.showModal()
  }

  protected override render() {
    const { secret } = this
    return html`<dialog aria-labelledby="title" @cancel=${this.#keep} @close=${this.#forget}>
      ${
        secret
          ? html`<h2 id="title">${secret.title}</h2>
              <p class="muted">${secret.text}</p>
              <dl>
                ${secret.lines.map(
                  ({ title, label, text }) => html`<div>
                    <dt class=${title ? '' : 'heard'}>${title ?? label}</dt>
                    <dd><sg-copy .label=${label} .text=${text}></sg-copy></dd>
                  </div>`,
                )}
              </dl>
              <slot></slot>
              <div class="ends"><button class="primary" @click=${this.#close}>Done</button></div>`
          : nothing
      }
    </dialog>`
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog')
  }

  #close(): void {
    this.#dialog?.close()
  }

  /** Escape must not throw away what can't be shown again. */
  #keep(event: Event): void {
    event.preventDefault()
  }

  #forget(): void {
    this.secret = undefined
    this.dispatchEvent(new CustomEvent('sg-closed'))
  }
}

customElements.define('sg-secret', SgSecret)
