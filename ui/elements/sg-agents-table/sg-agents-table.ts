import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { AgentItem } from '../../api/types.ts'
import type { Sort, SortKey } from '../../model/fleet-view.ts'
import { formatAge, formatDateTime, formatValue, unitOf } from '../../model/format.ts'
import type { LastValues } from '../../model/last-values.ts'
import { hrefOf } from '../../model/route.ts'
import { rowAfter } from '../../model/row-keys.ts'
import { RowSlots } from '../../model/row-slots.ts'
import { type RowWindow, rowWindow, scrollInto } from '../../model/row-window.ts'
import { trendBox } from '../../model/trend-path.ts'
import type { Trends } from '../../model/trends.ts'
import { base, controls } from '../../styles/shared.ts'
import '../sg-agent-status/sg-agent-status.ts'
import { narrowStyles } from './narrow.styles.ts'
import { revokeButton } from './revoke-button.ts'
import { styles } from './sg-agents-table.styles.ts'
import { TrendLines } from './trend-lines.ts'

/** Values that fit a row before it says how many more there are. */
const shownValues = 2
/** Heights in CSS pixels, the same as in the styles: one line, or two where it is narrow. */
const rowHeight = { wide: 40, narrow: 64 }
const box = `0 0 ${trendBox.width} ${trendBox.height}`
const narrow = matchMedia('(max-width: 760px)')

/**
 * Agents with their status, when they were last heard of, and what they said. A click filters the charts. Only the
 * rows in sight are there; arrow keys, Page Up, Page Down, Home and End go through all of them.
 */
export class SgAgentsTable extends LitElement {
  static override styles = [base, controls, styles, narrowStyles]
  static override properties = {
    tenant: {},
    agents: { attribute: false },
    values: { attribute: false },
    trends: { attribute: false },
    now: { type: Number },
    sort: { attribute: false },
    manages: { type: Boolean, reflect: true },
    active: { state: true },
  }
  declare tenant: string
  /** In the order to show; undefined while they are not known. */
  declare agents: readonly AgentItem[] | undefined
  declare values: LastValues
  /** The metric with a column of its own. */
  declare trends: Trends | undefined
  /** The server's time, epoch ms. */
  declare now: number
  /** Undefined where the order is fixed. */
  declare sort: Sort | undefined
  /** Logins may be revoked. */
  declare manages: boolean
  /** The agent whose row the keyboard stands on. */
  declare private active: string | undefined
  #focused = false
  #wantsFocus = false
  #scrollTop = 0
  #height = 0
  readonly #lines = new TrendLines()
  readonly #slots = new RowSlots()
  readonly #sized = new ResizeObserver(() => this.#measure())

  constructor() {
    super()
    this.tenant = ''
    this.agents = undefined
    this.trends = undefined
    this.now = 0
    this.sort = undefined
    this.manages = false
    this.active = undefined
  }

  override connectedCallback(): void {
    super.connectedCallback()
    narrow.addEventListener('change', this.#measure)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    narrow.removeEventListener('change', this.#measure)
    this.#sized.disconnect()
  }

  protected override firstUpdated(): void {
    this.#sized.observe(this.#scroller)
    this.#measure()
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (this.#wantsFocus) {
      this.#wantsFocus = false
      this.#link(this.active)?.focus({ preventScroll: true })
    }
    if (this.trends) this.#lines.draw(this.renderRoot, this.trends, this.now)
    if (changed.has('agents') || changed.has('trends')) this.#tellWindow()
  }

  protected override render() {
    const { agents, trends } = this
    return html`<div role="grid" aria-label="Agents" aria-rowcount=${(agents?.length ?? 0) + 1} aria-busy=${!agents}>
      <div class="scroller" role="presentation" @scroll=${this.#scrolled}>
        <div role="rowgroup" class="top">
          <div role="row" class="row head" aria-rowindex="1">
            ${this.#head('agent', 'Agent')} ${this.#head('status', 'Status')} ${this.#head('seen', 'Last seen')}
            ${trends ? this.#head('value', trends.metric) : this.#head(undefined, '')}
            ${this.#head(undefined, 'Last values')} ${this.#head('version', 'Version')}
            ${this.manages ? html`<span role="columnheader"><span class="heard">Revoke</span></span>` : nothing}
          </div>
        </div>
        ${agents === undefined ? this.#waiting() : this.#rows(agents)}
      </div>
    </div>`
  }

  #head(key: SortKey | undefined, text: string) {
    const { sort } = this
    const name = key ?? text.toLowerCase().replace(' ', '-')
    if (!key || !sort) return html`<span role="columnheader" class=${name} title=${text}>${text}</span>`
    const on = sort.key === key
    const order = on ? (sort.down ? 'descending' : 'ascending') : 'none'
    return html`<span role="columnheader" class=${name} aria-sort=${order}
      ><button class="quiet" title=${`Sort by ${text}`} @click=${() => this.#tell('sg-sort', key)}>
        <span>${text}</span>${on ? html`<i class=${order} aria-hidden="true"></i>` : nothing}
      </button></span
    >`
  }

  #waiting() {
    return html`<div role="rowgroup" class="waiting" aria-hidden="true">
      ${Array.from({ length: 8 }, () => html`<div class="row blank"><i></i><i></i><i></i><i></i></div>`)}
    </div>`
  }

  #rows(agents: readonly AgentItem[]) {
    const { first, last } = this.#window
    const rows = Array.from({ length: last - first }, (_, i) => first + i)
    const at = agents.findIndex(({ agent_id }) => agent_id === this.active)
    // a row with the focus stays, however far it is scrolled away: without it the focus would be lost
    if (this.#focused && at >= 0 && at < first) rows.unshift(at)
    if (this.#focused && at >= last) rows.push(at)
    const stop = rows.includes(at) ? at : Math.ceil(this.#scrollTop / this.#rowHeight)
    const slots = this.#slots.assign(rows.map((i) => agents[i].agent_id))
    // nodes stay in the order of their slots, for moving them has all of them laid out again; readers are told theirs
    const places = rows.map((row, nth) => ({ row, slot: slots[nth] })).sort((a, b) => a.slot - b.slot)
    return html`<div
      role="rowgroup"
      class="rows"
      aria-owns=${slots.map((slot) => `row-${slot}`).join(' ')}
      .style=${`height: ${agents.length * this.#rowHeight}px`}
      @keydown=${this.#key}
      @focusin=${this.#focusIn}
      @focusout=${this.#focusOut}
    >
      ${repeat(
        places,
        ({ slot }) => slot,
        ({ row, slot }) => this.#row(agents[row], { row, slot, isStop: row === stop }),
      )}
    </div>`
  }

  #row(agent: AgentItem, { row, slot, isStop }: { row: number; slot: number; isStop: boolean }) {
    const { agent_id, status, reason, last_seen, version } = agent
    const { trends } = this
    const values = this.values.of(agent_id).filter(({ metric }) => metric !== trends?.metric)
    const value = trends ? this.values.value(agent_id, trends.metric) : Number.NaN
    return html`<div
      role="row"
      class="row"
      id=${`row-${slot}`}
      data-agent=${agent_id}
      data-status=${status}
      aria-rowindex=${row + 2}
      .style=${`transform: translateY(${row * this.#rowHeight}px)`}
    >
      <span role="rowheader" class="agent" title=${agent_id}
        ><a href=${hrefOf({ page: 'tenant', tenant: this.tenant, agent: agent_id })} tabindex=${isStop ? 0 : -1}
          >${agent_id}</a
        ></span
      >
      <span role="gridcell" class="status"><sg-agent-status .status=${status} .reason=${reason}></sg-agent-status></span>
      <span role="gridcell" class="mono seen" title=${last_seen === null ? nothing : formatDateTime(last_seen)}
        >${last_seen === null ? 'never' : formatAge(this.now - last_seen)}</span
      >
      <span role="gridcell" class="value"
        >${
          trends
            ? html`<b class="mono">${formatValue(value, unitOf(trends.metric))}</b
                ><svg viewBox=${box} preserveAspectRatio="none" aria-hidden="true">
                  <path class="trend" /><path class="trend dot" />
                </svg>`
            : nothing
        }</span
      >
      <span role="gridcell" class="last-values">
        ${values.slice(0, shownValues).map(
          (last) =>
            html`<span class="pair"
              ><span class="muted">${last.metric}</span
              ><b class="mono">${formatValue(last.value, unitOf(last.metric))}</b></span
            >`,
        )}
        ${values.length > shownValues ? html`<span class="muted">+${values.length - shownValues}</span>` : nothing}
      </span>
      <span role="gridcell" class="mono version">${version ?? ''}</span>
      ${this.manages ? html`<span role="gridcell" class="act">${revokeButton(agent, () => this.#tell('sg-revoke', agent_id))}</span>` : nothing}
    </div>`
  }

  get #rowHeight(): number {
    return narrow.matches ? rowHeight.narrow : rowHeight.wide
  }

  get #scroller(): HTMLElement {
    const scroller = this.renderRoot.querySelector<HTMLElement>('.scroller')
    if (!scroller) throw new Error('the table has not been rendered')
    return scroller
  }

  #measure = () => {
    this.#height = this.#scroller.clientHeight
    this.#scrollTop = this.#scroller.scrollTop
    this.requestUpdate()
    this.#tellWindow()
  }

  #scrolled(): void {
    const before = this.#window
    this.#scrollTop = this.#scroller.scrollTop
    const { first, last } = this.#window
    if (first === before.first && last === before.last) return
    this.requestUpdate()
    this.#tellWindow()
  }

  get #window(): RowWindow {
    return rowWindow(this.#scrollTop, this.#height, this.#rowHeight, this.agents?.length ?? 0)
  }

  /** Says which agents are in sight. */
  #tellWindow(): void {
    const { first, last } = this.#window
    const inSight = (this.agents ?? []).slice(first, last)
    this.#tell(
      'sg-window',
      inSight.map(({ agent_id }) => agent_id),
    )
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }

  #link(agent: string | undefined): HTMLElement | null {
    return agent === undefined
      ? null
      : this.renderRoot.querySelector(`[data-agent="${CSS.escape(agent)}"] a[href]`)
  }

  #focusIn(event: FocusEvent): void {
    this.#focused = true
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-agent]')
    this.active = row?.dataset.agent
  }

  #focusOut(): void {
    this.#focused = false
  }

  #key(event: KeyboardEvent): void {
    const { agents = [] } = this
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const at = agents.findIndex(({ agent_id }) => agent_id === this.active)
    const page = Math.max(1, Math.floor(this.#height / this.#rowHeight) - 2)
    const to = rowAfter(event.key, at, page, agents.length)
    if (to !== undefined) this.#goTo(to)
    else if (event.key === 'ArrowRight') this.#beside(event, 'button')?.focus()
    else if (event.key === 'ArrowLeft') this.#beside(event, 'a')?.focus()
    else return
    event.preventDefault()
  }

  #beside({ target }: KeyboardEvent, what: 'a' | 'button') {
    return (target as HTMLElement).closest('.row')?.querySelector<HTMLElement>(what)
  }

  #goTo(row: number): void {
    const scroller = this.#scroller
    const top = this.renderRoot.querySelector('.top')?.clientHeight ?? 0
    this.active = this.agents?.[row].agent_id
    this.#wantsFocus = true
    scroller.scrollTop = scrollInto(row, scroller.scrollTop, scroller.clientHeight - top, this.#rowHeight)
    this.#scrollTop = scroller.scrollTop
  }
}

customElements.define('sg-agents-table', SgAgentsTable)
