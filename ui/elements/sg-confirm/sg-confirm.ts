import { css, html, LitElement, nothing } from 'lit'
import { explain } from '../../api/client.ts'
import { base, controls, dialog, page } from '../../styles/shared.ts'
import { icons } from '../icons.ts'

/** What is asked, and what a yes does. */
export interface Question {
  readonly title: string
  readonly text: string
  /** On the button that does it. */
  readonly action: string
  readonly run: () => Promise<void>
}

/** Asks before something that can't be undone. It stays open until that has worked. */
export class SgConfirm extends LitElement {
  static override styles = [
    base,
    controls,
    page,
    dialog,
    css`
      :host {
        display: contents;
      }
    `,
  ]
  static override properties = {
    question: { state: true },
    problem: { state: true },
    busy: { state: true },
  }
  declare private question: Question | undefined
  declare private problem: string | undefined
  declare private busy: boolean

  constructor() {
    super()
    this.question = undefined
    this.problem = undefined
    this.busy = false
  }

  async ask(question: Question): Promise<void> {
    this.question = question
    this.problem = undefined
    await this.updateComplete
    this.#dialog?.showModal()
  }

  protected override render() {
    const { question } = this
    return html`<dialog aria-labelledby="title">
      ${
        question
          ? html`<h2 id="title">${question.title}</h2>
              <p>${question.text}</p>
              ${
                this.problem
                  ? html`<div class="notice bad" role="alert">${icons.warn}<span>${this.problem}</span></div>`
                  : nothing
              }
              <div class="ends">
                <button autofocus @click=${this.#close}>Cancel</button>
                <button class="danger" ?disabled=${this.busy} @click=${() => this.#run(question)}>${question.action}</button>
              </div>`
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

  async #run(question: Question): Promise<void> {
    this.busy = true
    this.problem = undefined
    try {
      await question.run()
      this.#close()
    } catch (error) {
      this.problem = explain(error)
    } finally {
      this.busy = false
    }
  }
}

customElements.define('sg-confirm', SgConfirm)
