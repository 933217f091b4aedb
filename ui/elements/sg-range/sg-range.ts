import { html, LitElement, nothing } from 'lit'
import { formatDateTime, formatDay, formatTime } from '../../model/format.ts'
import { type WindowName, windowsMs } from '../../model/grid.ts'
import { moved, type Range, ranged, spanOf, zoomed } from '../../model/span.ts'
import { base, controls } from '../../styles/shared.ts'
import { icons } from '../icons.ts'
import { styles } from './sg-range.styles.ts'

/**
 * Chooses what the charts show: a window that ends now, or a range that stands. Fires `sg-live` with a name and
 * `sg-zoom` with a range.
 */
export class SgRange extends LitElement {
  static override styles = [base, controls, styles]
  static override properties = {
    window: {},
    range: { attribute: false },
    now: { attribute: false },
    open: { state: true },
    error: { state: true },
  }
  declare window: WindowName
  declare range: Range | undefined
  /** The server's clock, epoch ms. */
  declare now: () => number
  declare private open: boolean
  declare private error: string

  constructor() {
    super()
    this.window = '5m'
    this.range = undefined
    this.now = Date.now
    this.open = false
    this.error = ''
  }

  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener('pointerdown', this.#outside)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('pointerdown', this.#outside)
  }

  protected override render() {
    const { range } = this
    return html`
      <div class="group" role="group" aria-label="Time range">
        ${(Object.keys(windowsMs) as WindowName[]).map(
          (name) =>
            html`<button aria-pressed=${!range && name === this.window} @click=${() => this.#choose(name)}>
              ${name.replace(/[mhd]$/, ' $&')}
            </button>`,
        )}
        <button aria-pressed=${range !== undefined} aria-expanded=${this.open} @click=${this.#toggle}>
          ${range ? spell(range) : 'Custom'}
        </button>
      </div>
      ${
        range
          ? html`<div class="group" role="group" aria-label="Move the range">
              ${this.#step('Earlier', icons.earlier, () => moved(range, -0.5, this.now()))}
              ${this.#step('Zoom out', icons.zoomOut, () => zoomed(range, 2, (range.from + range.to) / 2, this.now()))}
              ${this.#step('Later', icons.later, () => moved(range, 0.5, this.now()))}
              <button @click=${() => this.#choose(this.window)}>Live</button>
            </div>`
          : nothing
      }
      <form ?hidden=${!this.open} @submit=${this.#submit} @keydown=${this.#key}>
        <label>From<input type="datetime-local" name="from" step="1" required /></label>
        <label>To<input type="datetime-local" name="to" step="1" required /></label>
        ${this.error ? html`<p class="bad" role="alert">${this.error}</p>` : nothing}
        <button class="primary">Show</button>
      </form>
    `
  }

  #step(name: string, icon: unknown, range: () => Range) {
    return html`<button title=${name} aria-label=${name} @click=${() => this.#zoom(range())}>${icon}</button>`
  }

  #choose(name: WindowName): void {
    this.open = false
    this.dispatchEvent(new CustomEvent('sg-live', { detail: name, bubbles: true, composed: true }))
  }

  #zoom(range: Range): void {
    this.open = false
    this.dispatchEvent(new CustomEvent('sg-zoom', { detail: range, bubbles: true, composed: true }))
  }

  async #toggle(): Promise<void> {
    this.open = !this.open
    this.error = ''
    if (!this.open) return
    const span = spanOf(this.window, this.range)
    const now = this.now()
    const { from, to } = span.range ?? { from: now - span.windowMs, to: now }
    const [first, last] = this.#inputs
    first.value = inputText(from)
    last.value = inputText(to)
    await this.updateComplete
    first.focus()
  }

  get #inputs(): [HTMLInputElement, HTMLInputElement] {
    const [from, to] = this.renderRoot.querySelectorAll('input')
    return [from, to]
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault()
    const [from, to] = this.#inputs.map(({ value }) => new Date(value).getTime())
    this.error = from < to ? '' : 'From must lie before To.'
    if (!this.error) this.#zoom(ranged(from, to))
  }

  #key(event: KeyboardEvent): void {
    event.stopPropagation()
    if (event.key !== 'Escape') return
    this.open = false
    this.renderRoot.querySelector<HTMLElement>('[aria-expanded]')?.focus()
  }

  #outside = (event: Event): void => {
    if (this.open && !event.composedPath().includes(this)) this.open = false
  }
}

/** Neither the day nor seconds that are none are said twice. */
function spell({ from, to }: Range): string {
  const days = [formatDay(from), formatDay(to)]
  const times = [formatTime(from), formatTime(to)]
  const [first, last] = times.every((time) => time.endsWith(':00'))
    ? times.map((time) => time.slice(0, 5))
    : times
  return days[0] === days[1] ? `${days[0]} ${first} – ${last}` : `${days[0]} ${first} – ${days[1]} ${last}`
}

/** Local time as an input takes it. */
function inputText(epochMs: number): string {
  return formatDateTime(epochMs).replace(' ', 'T')
}

customElements.define('sg-range', SgRange)
