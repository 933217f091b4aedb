import { html, LitElement, nothing, type PropertyValues } from 'lit'
import type { History } from '../../api/types.ts'
import { readTheme } from '../../charts/chart-theme.ts'
import { hoverGroup, type Pointing } from '../../charts/hover-group.ts'
import { LiveChart } from '../../charts/live-chart.ts'
import { formatValue, unitOf } from '../../model/format.ts'
import { slotOf, type WindowName, windowsMs } from '../../model/grid.ts'
import { type Line, MetricModel, maxLines } from '../../model/metric-model.ts'
import { MetricSource } from '../../model/metric-source.ts'
import { type PanelState, panelState } from '../../model/panel-state.ts'
import { Recent } from '../../model/percentile.ts'
import type { DrawScheduler } from '../../model/scheduler.ts'
import { seriesText } from '../../model/series-label.ts'
import type { TenantFeed } from '../../model/tenant-feed.ts'
import { base, controls } from '../../styles/shared.ts'
import { icons } from '../icons.ts'
import '../sg-chip/sg-chip.ts'
import '../sg-points/sg-points.ts'
import { onTick } from '../ticker.ts'
import { styles } from './sg-panel.styles.ts'

/** Reads stored points of one metric from a time on, epoch ms. */
export type ReadHistory = (metric: string, fromMs: number, signal: AbortSignal) => Promise<History>

/** One metric of a tenant as a live chart with its legend, its state and its table of points. */
export class SgPanel extends LitElement implements Pointing {
  static override styles = [base, controls, styles]
  static override properties = {
    metric: { reflect: true, attribute: 'data-metric' },
    agent: { attribute: false },
    feed: { attribute: false },
    scheduler: { attribute: false },
    readHistory: { attribute: false },
    window: { attribute: false },
    paused: { type: Boolean },
    large: { type: Boolean, reflect: true },
    maxSlots: { type: Number },
    panel: { state: true },
    asTable: { state: true },
    solo: { state: true },
    hovered: { state: true },
  }
  declare metric: string
  declare agent: string | undefined
  declare feed: TenantFeed
  declare scheduler: DrawScheduler
  declare readHistory: ReadHistory
  declare window: WindowName
  declare paused: boolean
  declare large: boolean
  declare maxSlots: number
  declare private panel: PanelState
  declare private asTable: boolean
  declare private solo: string | undefined
  declare private hovered: number | undefined

  #chart: LiveChart | undefined
  #model: MetricModel | undefined
  #source: MetricSource | undefined
  #held = 0
  #oldestUndrawn: number | undefined
  #lastReceived = Number.NEGATIVE_INFINITY
  readonly #lags = new Recent(9)
  #undo: (() => void)[] = []
  #pruned = 0

  constructor() {
    super()
    this.agent = undefined
    this.window = '5m'
    this.paused = false
    this.large = false
    this.maxSlots = 600
    this.panel = { kind: 'connecting', text: 'CONNECTING' }
    this.asTable = false
    this.solo = undefined
    this.hovered = undefined
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (this.hasUpdated) this.#begin()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#end()
  }

  protected override firstUpdated(): void {
    this.#begin()
  }

  protected override willUpdate(): void {
    this.setAttribute('state', this.panel.kind)
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!this.#chart) return
    if (changed.has('window') && changed.get('window') !== undefined) this.#rebuildChart()
    if (changed.has('maxSlots') && changed.get('maxSlots') !== undefined) this.#rebuildChart()
    if (changed.has('paused') && changed.get('paused') !== undefined) this.#pause()
    this.#writeValues()
  }

  protected override render() {
    const lines = this.#model?.lines ?? []
    const unit = unitOf(this.metric)
    return html`
      <section aria-label=${`${this.metric}: live chart`}>
        <header>
          <h2 title=${this.metric}>${this.metric}</h2>
          ${unit === 'percent' ? html`<span class="unit">%</span>` : nothing}
          <span class="grow"></span>
          <button
            class="quiet tool"
            aria-pressed=${this.asTable}
            title=${this.asTable ? 'Show the chart (t)' : 'List the points (t)'}
            aria-label=${this.asTable ? 'Show the chart' : 'List the points'}
            @click=${this.#toggleTable}
          >
            ${this.asTable ? icons.chart : icons.table}
          </button>
          <button
            class="quiet tool"
            title=${this.large ? 'Back to all charts' : 'Show large'}
            aria-label=${this.large ? 'Back to all charts' : 'Show large'}
            @click=${() => this.dispatchEvent(new CustomEvent('sg-large', { bubbles: true, composed: true }))}
          >
            ${this.large ? icons.shrink : icons.expand}
          </button>
          <sg-chip .state=${this.panel}></sg-chip>
        </header>
        <div class="stage">
          <div
            id="chart"
            role="img"
            tabindex="0"
            aria-label=${`Chart of ${this.metric}. Arrow keys read values, t lists the points.`}
            ?inert=${this.asTable}
            @keydown=${this.#key}
            @pointerenter=${() => this.scheduler.focus(this.#chart)}
            @pointerleave=${() => this.scheduler.focus(undefined)}
            @focus=${() => this.scheduler.focus(this.#chart)}
            @blur=${this.#blur}
          ></div>
          ${this.#overlay()}
          ${
            this.asTable && this.#chart && this.#model
              ? html`<sg-points tabindex="0" @keydown=${this.#keyOfTable} .model=${this.#model} .chart=${this.#chart}></sg-points>`
              : nothing
          }
        </div>
        <footer>
          <ul class="legend">
            ${lines.map((line, i) => this.#legend(line, i))}
          </ul>
          ${
            this.#model?.moreLines
              ? html`<p class="muted more">
                  ${maxLines} of ${maxLines + this.#model.moreLines} series; filter by agent to see others
                </p>`
              : nothing
          }
        </footer>
      </section>
    `
  }

  #legend(line: Line, i: number) {
    const muted = this.solo !== undefined && this.solo !== line.label
    return html`<li>
      <button
        class="quiet key s${(i % 8) + 1} d${Math.floor(i / 4) % 3}"
        aria-pressed=${this.solo === line.label}
        ?data-muted=${muted}
        title=${seriesText(line.name)}
        @click=${() => this.#soloOn(line)}
      >
        <i aria-hidden="true"></i><span class="name">${line.label}</span
        ><output class="mono" data-series=${line.label}></output>
      </button>
    </li>`
  }

  #overlay() {
    const { kind } = this.panel
    if (this.asTable) return nothing
    if (kind === 'error') {
      return html`<div class="overlay" ?data-slim=${this.#model?.hasPoints} role="status">
        <p>History could not be read: ${this.#source?.error}</p>
        <p class="muted">It is tried again by itself; live points go on.</p>
      </div>`
    }
    if (this.#model?.hasPoints) {
      return this.#source?.loading ? html`<div class="reading" title="Reading the history"></div>` : nothing
    }
    if (kind === 'empty') {
      return html`<div class="overlay" role="status">
        <p>No points in the last ${spoken[this.window]}</p>
        <p class="muted">The next one appears here by itself.</p>
      </div>`
    }
    if (kind === 'loading' || kind === 'connecting')
      return html`<div class="skeleton" aria-hidden="true"></div>`
    return nothing
  }

  #begin(): void {
    const { feed, metric } = this
    const model = new MetricModel(metric, this.agent, windowsMs[this.window])
    this.#model = model
    model.listener = {
      point: (line, t, x) => this.#chart?.point(line, t, x),
      reset: () => this.#chart?.reset(),
      lines: () => this.requestUpdate(),
    }
    this.#source = new MetricSource({
      feed,
      model,
      readHistory: (fromMs, signal) => this.readHistory(metric, fromMs, signal),
      onPoints: (count, received) => this.#arrived(count, received),
      onChange: () => this.#assess(),
    })
    this.#source.show(windowsMs[this.window])
    this.#makeChart()
    const stage = this.#stage()
    const sized = new ResizeObserver(() => this.#chart?.resize(stage.clientWidth, stage.clientHeight))
    sized.observe(stage)
    const seen = new IntersectionObserver(([entry]) => {
      if (this.#chart) this.scheduler.setVisible(this.#chart, entry.isIntersecting)
    })
    seen.observe(this)
    const themed = new MutationObserver(() => this.#chart?.applyTheme(readTheme(this)))
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    this.#undo = [
      () => sized.disconnect(),
      () => seen.disconnect(),
      () => themed.disconnect(),
      onTick(() => this.#tick()),
      feed.listen({ changed: () => this.#assess() }),
    ]
    this.#assess()
  }

  #end(): void {
    for (const undo of this.#undo) undo()
    this.#undo = []
    this.#source?.close()
    this.#dropChart()
  }

  #makeChart(): void {
    const model = this.#model
    if (!model) return
    const chart = new LiveChart(this.#stage(), {
      model,
      windowMs: windowsMs[this.window],
      now: () => this.feed.clock.now(),
      theme: readTheme(this),
      maxSlots: this.maxSlots,
      onPaint: () => this.#painted(),
      onHover: (slot) => this.#hover(slot),
    })
    chart.hidden = (line) => this.solo !== undefined && this.solo !== line.label
    chart.pause(this.paused)
    this.#chart = chart
    this.scheduler.add(chart)
    hoverGroup.add(this)
  }

  /** Another chart is pointed at: show the same moment. */
  pointAtTime(epochMs: number | undefined): void {
    if (!this.#chart) return
    this.hovered = epochMs === undefined ? undefined : slotOf(epochMs, this.#chart.stepMs)
    this.#chart.pointAt(this.hovered)
  }

  #hover(slot: number | undefined): void {
    if (!this.#chart || slot === this.hovered) return
    this.hovered = slot
    hoverGroup.point(this, slot === undefined ? undefined : slot * this.#chart.stepMs)
  }

  #dropChart(): void {
    hoverGroup.remove(this)
    if (!this.#chart) return
    this.scheduler.remove(this.#chart)
    this.#chart.dispose()
    this.#chart = undefined
  }

  /** The grid has changed: another window, another number of slots. */
  #rebuildChart(): void {
    this.#source?.show(windowsMs[this.window])
    this.#dropChart()
    this.#makeChart()
    this.#assess()
  }

  #stage(): HTMLElement {
    const stage = this.renderRoot.querySelector<HTMLElement>('#chart')
    if (!stage) throw new Error('the panel has not been rendered')
    return stage
  }

  #arrived(count: number, received: number): void {
    this.#lastReceived = Math.max(this.#lastReceived, received)
    if (this.paused) this.#held += count
    else {
      this.#oldestUndrawn = Math.min(this.#oldestUndrawn ?? received, received)
      if (this.#chart) this.scheduler.request(this.#chart)
    }
    // the first point of a panel is not kept waiting for the next tick
    if (this.panel.kind !== 'live') this.#assess()
  }

  /** The canvas holds everything that has arrived: measure how long the oldest of it took. */
  #painted(): void {
    if (this.#oldestUndrawn !== undefined) {
      const lag = Math.max(0, this.feed.clock.now() - this.#oldestUndrawn)
      this.#oldestUndrawn = undefined
      this.#lags.add(lag)
      this.feed.lags.add(lag)
    }
    this.#writeValues()
  }

  /** Values go straight into their text nodes; Lit renders the legend only when its lines change. */
  #writeValues(): void {
    const chart = this.#chart
    const outputs = this.renderRoot.querySelectorAll<HTMLOutputElement>('.legend output')
    for (const [i, line] of (this.#model?.lines ?? []).entries()) {
      const output = outputs[i]
      if (!output || !chart) continue
      const { ring } = line
      const last = ring.size > 0 ? ring.value(ring.size - 1) : Number.NaN
      const value = this.hovered === undefined ? last : chart.columns(line).mean(this.hovered)
      const text = formatValue(value, chart.unit)
      if (output.textContent !== text) output.textContent = text
      const exact = String(value)
      if (output.dataset.value !== exact) output.dataset.value = exact
    }
  }

  #tick(): void {
    const now = this.feed.clock.now()
    if (this.#chart && !this.paused && now >= this.#chart.nextStepAt) this.scheduler.request(this.#chart)
    if (!this.paused && now - this.#pruned > 5000) {
      this.#model?.prune(now)
      this.#pruned = now
    }
    this.#assess()
  }

  #assess(): void {
    const model = this.#model
    if (!model) return
    const now = this.feed.clock.now()
    const next = panelState({
      stream: this.feed.stream.kind,
      wasOpen: this.feed.wasOpen,
      pausedBehind: this.paused ? this.#held : undefined,
      loading: this.#source?.loading ?? true,
      error: this.#source?.error,
      hasPoints: model.hasPoints,
      silentMs: now - this.#newest(),
      intervalMs: model.intervalMs,
      behindMs: this.feed.detail?.ingest.behind_ms ?? 0,
      lagMs: this.#lags.percentile(0.5),
      drawsPerSecond: this.scheduler.ratePerChart(),
    })
    if (next.kind !== this.panel.kind || next.text !== this.panel.text) this.panel = next
  }

  /** When something last came, or when the newest stored point was taken. */
  #newest(): number {
    let newest = this.#lastReceived
    for (const { ring } of this.#model?.lines ?? []) {
      if (ring.size > 0) newest = Math.max(newest, ring.time(ring.size - 1))
    }
    return newest
  }

  #pause(): void {
    this.#held = 0
    this.#chart?.pause(this.paused)
    this.#assess()
  }

  #soloOn(line: Line): void {
    this.solo = this.solo === line.label ? undefined : line.label
    this.#chart?.draw()
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
    this.#chart?.pointAt(undefined)
    this.#hover(undefined)
  }

  #key(event: KeyboardEvent): void {
    const chart = this.#chart
    if (!chart || event.ctrlKey || event.metaKey || event.altKey) return
    const { from, to } = chart.visible
    const at = this.hovered ?? to
    const by = event.shiftKey ? 10 : 1
    const target: Record<string, number | undefined> = {
      ArrowLeft: Math.max(from, at - by),
      ArrowRight: Math.min(to, at + by),
      Home: from,
      End: to,
    }
    if (event.key === 't') void this.#toggleTable()
    else if (event.key === 'Escape') this.#blur()
    else if (target[event.key] !== undefined) {
      this.#hover(target[event.key])
      chart.pointAt(this.hovered)
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
}

const spoken: Record<WindowName, string> = {
  '1m': 'minute',
  '5m': '5 minutes',
  '15m': '15 minutes',
  '1h': 'hour',
}

customElements.define('sg-panel', SgPanel)
