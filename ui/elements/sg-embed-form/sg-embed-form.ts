import { limits } from '@streamgauge/core/limits.ts'
import { type PublishTerms, readPublishTerms } from '@streamgauge/core/publish.ts'
import { html, LitElement, nothing } from 'lit'
import { explain } from '../../api/client.ts'
import { base, controls, dialog, page } from '../../styles/shared.ts'
import { icons } from '../icons.ts'
import { styles } from './sg-embed-form.styles.ts'

/** Makes a token with these terms. It says by itself what became of it. */
export type MakeEmbed = (label: string, terms: PublishTerms) => Promise<void>

/** The dialog that makes a token for web pages: what it shows, where, and how often. */
export class SgEmbedForm extends LitElement {
  static override styles = [base, controls, page, dialog, styles]
  static override properties = {
    make: { attribute: false },
    metrics: { attribute: false },
    chosen: { state: true },
    search: { state: true },
    faults: { state: true },
    problem: { state: true },
    busy: { state: true },
  }
  declare make: MakeEmbed
  /** Those of the tenant; others may be named. */
  declare metrics: readonly string[] | undefined
  declare private chosen: ReadonlySet<string>
  declare private search: string
  declare private faults: Readonly<Record<string, string>>
  declare private problem: string | undefined
  declare private busy: boolean

  constructor() {
    super()
    this.metrics = undefined
    this.#reset()
    this.busy = false
  }

  async show(): Promise<void> {
    this.#reset()
    await this.updateComplete
    this.renderRoot.querySelector('form')?.reset()
    this.#dialog?.showModal()
  }

  protected override render() {
    const { faults } = this
    return html`<dialog aria-labelledby="title">
      <h2 id="title">New embed</h2>
      <p class="muted">
        Its token stands in a page for everybody to read, so it shows these metrics on these pages and nothing else.
      </p>
      <form novalidate @submit=${this.#submit}>
        <label for="label">Label</label>
        <input id="label" name="label" maxlength="100" placeholder="status page" autocomplete="off" autofocus />
        ${this.#metricList()}
        <label for="origins">Pages, one origin a line</label>
        <textarea
          id="origins"
          name="origins"
          rows="2"
          placeholder="https://shop.example"
          autocapitalize="none"
          spellcheck="false"
          aria-invalid=${faults.origins ? 'true' : nothing}
          aria-describedby="origins-fault"
        ></textarea>
        <p class="fault" id="origins-fault">${faults.origins ? `Origins: ${faults.origins}` : ''}</p>
        <label for="rate">Requests a minute, of all its visitors together</label>
        <input
          id="rate"
          name="rate"
          inputmode="numeric"
          placeholder=${limits.publishRate}
          autocomplete="off"
          aria-invalid=${faults.rate ? 'true' : nothing}
          aria-describedby="rate-fault"
        />
        <p class="fault" id="rate-fault">${faults.rate ? `The rate ${faults.rate}` : ''}</p>
        ${
          this.problem
            ? html`<div class="notice bad" role="alert">${icons.warn}<span>${this.problem}</span></div>`
            : nothing
        }
        <div class="ends">
          <button type="button" @click=${this.#close}>Cancel</button>
          <button class="primary" ?disabled=${this.busy}>Create embed</button>
        </div>
      </form>
    </dialog>`
  }

  #metricList() {
    const { chosen, search, faults } = this
    const known = [...new Set([...chosen, ...(this.metrics ?? [])])]
    const found = known.filter((name) => name.toLowerCase().includes(search.toLowerCase()))
    return html`<fieldset aria-describedby="metrics-fault">
      <legend>Metrics${chosen.size > 0 ? html` <span class="mono">${chosen.size}</span>` : nothing}</legend>
      <input
        type="search"
        aria-label="Find or name a metric"
        placeholder="Find, or name one that is to come"
        .value=${search}
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        @input=${this.#find}
        @keydown=${this.#key}
      />
      <div class="metrics" tabindex="0" role="group" aria-label="Metrics">
        ${found.map(
          (name) => html`<label>
            <input type="checkbox" .checked=${chosen.has(name)} @change=${() => this.#toggle(name)} />
            <span class="mono">${name}</span>
          </label>`,
        )}
        ${
          search && !known.includes(search)
            ? html`<button type="button" class="quiet" @click=${this.#name}>${icons.add}Name ${search}</button>`
            : nothing
        }
        ${found.length === 0 && !search ? html`<p class="muted">${this.metrics ? 'No metric has been sent yet.' : 'Reading the metrics'}</p>` : nothing}
      </div>
      <p class="fault" id="metrics-fault">${faults.metrics ? `Metrics: ${faults.metrics}` : ''}</p>
    </fieldset>`
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog')
  }

  #close(): void {
    this.#dialog?.close()
  }

  #reset(): void {
    this.chosen = new Set()
    this.search = ''
    this.faults = {}
    this.problem = undefined
  }

  #find(event: Event): void {
    this.search = (event.target as HTMLInputElement).value.trim()
  }

  /** Enter names what was typed, or chooses the one that was found; it does not send the form. */
  #key(event: KeyboardEvent): void {
    if (event.key !== 'Enter') return
    event.preventDefault()
    this.#name()
  }

  #name(): void {
    if (!this.search) return
    this.chosen = new Set(this.chosen).add(this.search)
    this.search = ''
  }

  #toggle(name: string): void {
    const chosen = new Set(this.chosen)
    if (!chosen.delete(name)) chosen.add(name)
    this.chosen = chosen
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const data = new FormData(event.target as HTMLFormElement)
    const text = (name: string) => String(data.get(name) ?? '').trim()
    const read = readPublishTerms({
      metrics: [...this.chosen],
      // people copy addresses with the slash at their end
      origins: text('origins')
        .split(/[\s,]+/)
        .filter(Boolean)
        .map((origin) => origin.replace(/\/$/, '')),
      ...(text('rate') && { rate: Number(text('rate')) }),
    })
    this.problem = undefined
    this.faults = {}
    if (!read.ok) {
      // a fault of one origin is named `origins.0`
      const faults = read.faults.toReversed().map(({ field, detail }) => [field.split('.')[0], detail])
      this.faults = Object.fromEntries(faults)
      return
    }
    this.busy = true
    try {
      await this.make(text('label'), read.value)
      this.#close()
    } catch (error) {
      this.problem = explain(error)
    } finally {
      this.busy = false
    }
  }
}

customElements.define('sg-embed-form', SgEmbedForm)
