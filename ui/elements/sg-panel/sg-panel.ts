import { html, LitElement, nothing, type PropertyValues } from 'lit'
import type { ChartAlerts } from '../../model/chart-alerts.ts'
import { formatDateTime, formatSpan, formatStep, formatValue, unitOf } from '../../model/format.ts'
import type { Line } from '../../model/metric-model.ts'
import type { DrawScheduler } from '../../model/scheduler.ts'
import { seriesText } from '../../model/series-label.ts'
import { lengthOf, type Range, type Span, zoomed } from '../../model/span.ts'
import type { TenantFeed } from '../../model/tenant-feed.ts'
import { troubleOf } from '../../model/trouble.ts'
import { base, controls } from '../../styles/shared.ts'
import { define } from '../define.ts'
import { icons } from '../icons.ts'
import '../sg-chip/sg-chip.ts'
import '../sg-points/sg-points.ts'
import { dragging } from './dragging.ts'
import { LivePanel, type PanelHost, type ReadHistory } from './live-panel.ts'
import { styles } from './sg-panel.styles.ts'

/** One metric of a tenant as a live chart with its legend, its state and its table of points. */
export class SgPanel extends LitElement implements PanelHost {
  static override styles = [base, controls, styles]
  static override properties = {
    metric: { reflect: true, attribute: 'data-metric' },
    heading: { attribute: false },
    agent: { attribute: false },
    feed: { attribute: false },
    scheduler: { attribute: false },
    readHistory: { attribute: false },
    span: { attribute: false },
    paused: { type: Boolean },
    large: { type: Boolean, reflect: true },
    alone: { type: Boolean, reflect: true },
    hint: { attribute: false },
    maxSlots: { type: Number },
    alerts: { attribute: false },
    asTable: { state: true },
  }
  declare metric: string
  /** Instead of the metric's name. */
  declare heading: string | undefined
  declare agent: string | undefined
  declare feed: TenantFeed
  declare scheduler: DrawScheduler
  declare readHistory: ReadHistory
  declare span: Span
  declare paused: boolean
  declare large: boolean
  /** There are no charts beside it to come back to: it can't be shown large. */
  declare alone: boolean
  /** Why the server can't be reached, where that is known. */
  declare hint: string | undefined
  declare maxSlots: number
  declare alerts: ChartAlerts | undefined
  declare private asTable: boolean
  readonly #live: LivePanel

  constructor() {
    super()
    this.heading = undefined
    this.agent = undefined
    this.span = { windowMs: 300_000 }
    this.paused = false
    this.large = false
    this.alone = false
    this.hint = undefined
    this.maxSlots = 600
    this.alerts = undefined
    this.asTable = false
    this.#live = new LivePanel(this)
  }

  get stage(): HTMLElement {
    const stage = this.renderRoot.querySelector<HTMLElement>('#chart')
    if (!stage) throw new Error('the panel has not been rendered')
    return stage
  }

  /** Colours and fonts have changed. */
  restyle(): void {
    this.#live.restyle()
  }

  /** Values go straight into their text nodes; Lit renders the legend only when its lines change. */
  painted(): void {
    const { chart, model, hovered } = this.#live
    const outputs = this.renderRoot.querySelectorAll<HTMLOutputElement>('.legend output')
    this.#place()
    for (const [i, line] of (model?.lines ?? []).entries()) {
      const output = outputs[i]
      if (!output || !chart) continue
      const columns = chart.columns(line)
      const value = hovered === undefined ? (line.newest?.x ?? Number.NaN) : columns.mean(hovered)
      const text = formatValue(value, chart.unit)
      if (output.textContent !== text) output.textContent = text
      const exact = String(value)
      if (output.dataset.value !== exact) output.dataset.value = exact
      this.#spread(output, hovered === undefined ? undefined : [columns.min(hovered), columns.max(hovered)])
    }
  }

  /** The slot that the legend speaks of, for whoever reads along without seeing the crosshair. */
  #place(): void {
    const { chart, hovered, alertHere } = this.#live
    const { stage } = this
    const note = this.renderRoot.querySelector<HTMLElement>('.alert')
    if (note && note.textContent !== (alertHere?.text ?? '')) {
      note.textContent = alertHere?.text ?? ''
      note.toggleAttribute('data-begins', alertHere?.marks.some(({ begins }) => begins) ?? false)
    }
    if (!chart || hovered === undefined) {
      stage.removeAttribute('aria-description')
      delete stage.dataset.from
      return
    }
    const from = hovered * chart.stepMs
    if (stage.dataset.from === String(from)) return
    stage.dataset.from = String(from)
    stage.dataset.to = String(from + chart.stepMs)
    stage.setAttribute('aria-description', [formatDateTime(from), alertHere?.text].filter(Boolean).join('. '))
  }

  /** Least and greatest of the slot pointed at, where they differ: a mean alone hides them. */
  #spread(output: HTMLOutputElement, ends: readonly [number, number] | undefined): void {
    const spread = ends && ends[0] < ends[1] ? ends : undefined
    const text = spread ? spread.map((value) => formatValue(value, this.#live.chart?.unit)).join(' … ') : ''
    if (output.title !== text) output.title = text
    const exact = spread?.join(' ') ?? ''
    if ((output.dataset.spread ?? '') !== exact) output.dataset.spread = exact
  }

  protected override willUpdate(): void {
    this.setAttribute('state', this.#live.state.kind)
  }

  protected override updated(changed: PropertyValues<this>): void {
    const other = (name: 'span' | 'maxSlots' | 'paused') => changed.get(name) !== undefined
    if (other('span') || other('maxSlots')) this.#live.relayOut()
    if (changed.has('alerts')) this.#live.showAlerts()
    if (other('paused') && !this.span.range) this.#live.pause()
    this.painted()
  }

  protected override render() {
    const { state, chart, model, source } = this.#live
    const lines = model?.lines ?? []
    const more = Math.max(model?.moreLines ?? 0, source?.unread ?? 0)
    const unit = unitOf(this.metric)
    return html`
      <section part="panel" aria-label=${`${this.metric}: ${this.span.range ? 'chart' : 'live chart'}`}>
        <header part="head">
          <h2 part="title" title=${this.metric}>${this.heading ?? this.metric}</h2>
          ${unit === 'percent' ? html`<span class="unit">%</span>` : nothing}
          ${this.#resolution()}
          <span class="grow"></span>
          <slot name="tools"></slot>
          <button
            class="quiet tool"
            aria-pressed=${this.asTable}
            title=${this.asTable ? 'Show the chart (t)' : 'List the points (t)'}
            aria-label=${this.asTable ? 'Show the chart' : 'List the points'}
            @click=${this.#toggleTable}
          >
            ${this.asTable ? icons.chart : icons.table}
          </button>
          ${this.alone ? nothing : this.#enlarge()}
          <sg-chip part="chip" .state=${state}></sg-chip>
        </header>
        <div class="stage" part="chart">
          <div
            id="chart"
            role="img"
            tabindex="0"
            aria-label=${`Chart of ${this.metric}. Arrow keys read values, brackets step from alert to alert, plus and minus zoom, p pauses, t lists the points.`}
            ?inert=${this.asTable}
            @keydown=${this.#key}
            @pointerenter=${() => this.scheduler.focus(this.#live.chart)}
            @pointerleave=${() => this.scheduler.focus(undefined)}
            @focus=${() => this.scheduler.focus(this.#live.chart)}
            @blur=${this.#blur}
            @pointerdown=${this.#drag}
          ></div>
          <p class="alert"></p>
          <div class="chosen" hidden></div>
          ${this.#overlay()}
          ${
            this.asTable && chart && model
              ? html`<sg-points tabindex="0" @keydown=${this.#keyOfTable} .model=${model} .chart=${chart}></sg-points>`
              : nothing
          }
        </div>
        <footer part="foot">
          <ul class="legend" part="legend">
            ${lines.map((line, i) => this.#legend(line, i))}
          </ul>
          ${
            more > 0
              ? html`<p class="muted more">
                  ${lines.length} of ${lines.length + more} series; filter by agent to see others
                </p>`
              : nothing
          }
          <slot name="foot"></slot>
        </footer>
      </section>
    `
  }

  #enlarge() {
    const name = this.large ? 'Back to all charts' : 'Show large'
    return html`<button
      class="quiet tool"
      title=${name}
      aria-label=${name}
      @click=${() => this.dispatchEvent(new CustomEvent('sg-large', { bubbles: true, composed: true }))}
    >
      ${this.large ? icons.shrink : icons.expand}
    </button>`
  }

  #legend(line: Line, i: number) {
    const { solo } = this.#live
    const muted = solo !== undefined && solo !== line.label
    return html`<li>
      <button
        class="quiet key s${(i % 8) + 1} d${Math.floor(i / 4) % 3}"
        aria-pressed=${solo === line.label}
        ?data-muted=${muted}
        title=${seriesText(line.name)}
        @click=${() => this.#live.soloOn(line)}
      >
        <i aria-hidden="true"></i><span class="name">${line.label}</span
        ><output class="mono" data-series=${line.label}></output>
      </button>
    </li>`
  }

  #overlay() {
    const { state, model, source } = this.#live
    const { kind } = state
    if (this.asTable) return nothing
    const refused = kind === 'denied' || kind === 'crowded'
    const apart = refused || kind === 'connecting' || kind === 'reconnecting'
    const trouble = apart ? troubleOf(this.feed.stream, this.hint) : undefined
    if (trouble && (refused || !model?.hasPoints)) {
      return html`<div class="overlay" part="message" ?data-slim=${model?.hasPoints} role="status">
        <p>${trouble.what}</p>
        <p class="muted">${trouble.next}</p>
      </div>`
    }
    if (kind === 'error') {
      return html`<div class="overlay" part="message" ?data-slim=${model?.hasPoints} role="status">
        <p>History could not be read: ${source?.error}</p>
        <p class="muted">
          ${source?.gaveUp ? 'Choose a shorter time, or one agent' : 'It is tried again by itself'}; live points go on.
        </p>
      </div>`
    }
    if (model?.hasPoints) {
      return source?.loading ? html`<div class="reading" title="Reading the history"></div>` : nothing
    }
    if (kind === 'empty') {
      return html`<div class="overlay" part="message" role="status">
        <p>${this.#nothing()}</p>
        ${this.span.range ? nothing : html`<p class="muted">The next one appears here by itself.</p>`}
      </div>`
    }
    if (kind === 'loading' || kind === 'connecting')
      return html`<div class="skeleton" aria-hidden="true"></div>`
    return nothing
  }

  #nothing(): string {
    const { range } = this.span
    if (range) return `No points from ${formatDateTime(range.from)} to ${formatDateTime(range.to)}`
    return `No points in the last ${formatSpan(lengthOf(this.span))}`
  }

  /** What is drawn instead of points that would be too many. */
  #resolution() {
    const { stepMs = 0 } = this.#live.model ?? {}
    if (this.span.range || stepMs === 0) return nothing
    const title = `Mean, least and greatest of every ${formatSpan(stepMs)}`
    return html`<span class="unit resolution" title=${title}>${formatStep(stepMs)}</span>`
  }

  /** Dragging over the chart chooses a range to look at closer. */
  #drag(event: PointerEvent): void {
    const { chart } = this.#live
    const mark = this.renderRoot.querySelector<HTMLElement>('.chosen')
    if (!chart || !mark) return
    dragging(event, this.stage, mark, (a, b) => this.#zoom(chart.rangeBetween(a, b)))
  }

  #zoom(range: Range): void {
    this.dispatchEvent(new CustomEvent('sg-zoom', { detail: range, bubbles: true, composed: true }))
  }

  async #toggleTable(): Promise<void> {
    this.asTable = !this.asTable
    await this.updateComplete
    const shown = this.renderRoot.querySelector<HTMLElement>(this.asTable ? 'sg-points' : '#chart')
    shown?.focus({ preventScroll: true })
  }

  #keyOfTable(event: KeyboardEvent): void {
    if (event.key !== 't' && event.key !== 'Escape') return
    event.stopPropagation()
    void this.#toggleTable()
  }

  #blur(): void {
    this.scheduler.focus(undefined)
    this.#live.chart?.pointAt(undefined)
    this.#live.hover(undefined)
  }

  #key(event: KeyboardEvent): void {
    const { chart, hovered } = this.#live
    if (!chart || event.ctrlKey || event.metaKey || event.altKey) return
    const { from, to } = chart.visible
    const at = hovered ?? to
    const by = event.shiftKey ? 10 : 1
    const target: Record<string, number | undefined> = {
      ArrowLeft: Math.max(from, at - by),
      ArrowRight: Math.min(to, at + by),
      Home: from,
      End: to,
    }
    const zoom: Record<string, number | undefined> = { '+': 0.5, '-': 2 }
    if (event.key === 't') void this.#toggleTable()
    else if (event.key === '[' || event.key === ']') this.#live.stepToAlert(event.key === ']' ? 1 : -1)
    else if (zoom[event.key] !== undefined) {
      this.#zoom(zoomed(chart.shown, zoom[event.key] ?? 1, (at + 0.5) * chart.stepMs, this.feed.clock.now()))
    } else if (event.key === 'Escape') this.#blur()
    else if (target[event.key] !== undefined) {
      this.#live.hover(target[event.key])
      chart.pointAt(target[event.key])
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
}

define('sg-panel', SgPanel)
