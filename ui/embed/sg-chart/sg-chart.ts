import { html } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import { readHistory } from '../../api/history.ts'
import { define } from '../../elements/define.ts'
import type { ReadHistory } from '../../elements/sg-panel/live-panel.ts'
import type { SgPanel } from '../../elements/sg-panel/sg-panel.ts'
import '../../elements/sg-panel/sg-panel.ts'
import { icons } from '../../elements/icons.ts'
import { type ChartAlerts, chartAlerts } from '../../model/chart-alerts.ts'
import { type WindowName, windowsMs } from '../../model/grid.ts'
import type { Range, Span } from '../../model/span.ts'
import type { TenantFeed } from '../../model/tenant-feed.ts'
import { controls } from '../../styles/shared.ts'
import { AlertWatch } from '../alert-watch.ts'
import { scheduler } from '../gauge.ts'
import { Widget } from '../widget.ts'
import { styles } from './sg-chart.styles.ts'

/** What `range="live"` shows. */
const liveWindow: WindowName = '5m'
/** Slots of a chart, at most: it may stand beside others. */
const maxSlots = 1000
/** Transitions of the past that are marked. */
const marked = '200'

/** A live chart of one metric, for pages of anybody: `<sg-chart src tenant token metric agent? range? theme? label?>`. */
export class SgChart extends Widget {
  static override styles = [...Widget.styles, controls, styles]
  static override properties = {
    ...Widget.properties,
    range: {},
    zoom: { state: true },
    paused: { state: true },
  }
  /** `live`, `1m`, `5m`, `15m`, `1h`, `24h` or `7d`. */
  declare range: string | null
  /** The stretch of time that the reader looks at closer. */
  declare private zoom: Range | undefined
  declare private paused: boolean
  protected override readonly needed = ['tenant', 'metric'] as const
  readonly #alerts = new AlertWatch(this, () => {
    const { gauge, path, metric } = this
    return gauge && metric ? { api: gauge.api, path, query: { metric, limit: marked } } : undefined
  })
  #span: Span = { windowMs: windowsMs[liveWindow] }
  #shown: { of: string; alerts: ChartAlerts } | undefined

  protected override linked(feed: TenantFeed): () => void {
    this.zoom = undefined
    this.paused = false
    return this.#alerts.follow(feed)
  }

  protected override get misuse(): string | undefined {
    const { range } = this
    if (range && range !== 'live' && !(range in windowsMs))
      return `The attribute range is ${range}; it may be live, ${Object.keys(windowsMs).join(', ')}.`
    return super.misuse
  }

  protected override restyled(): void {
    this.#panel?.restyle()
  }

  protected override render() {
    const { feed, gauge, metric, agent } = this
    if (!feed || !gauge || !metric) {
      return this.panel(metric ?? 'Chart', { kind: 'connecting', text: 'CONNECTING' }, undefined)
    }
    return keyed(
      feed,
      keyed(
        `${metric} ${agent}`,
        html`<sg-panel
          alone
          exportparts="panel, head, title, chip, chart, legend, message, foot"
          .metric=${metric}
          .heading=${this.label ?? undefined}
          .agent=${agent ?? undefined}
          .feed=${feed}
          .scheduler=${scheduler()}
          .readHistory=${this.#readHistory}
          .span=${this.#spanNow()}
          .paused=${this.paused}
          .maxSlots=${maxSlots}
          .alerts=${this.#alertsNow(metric, agent ?? undefined)}
          .hint=${this.hint}
          @sg-zoom=${this.#zoom}
          @keydown=${this.#key}
        >
          ${
            this.zoom
              ? html`<button slot="tools" part="live" @click=${this.#unzoom}>Back to live</button>`
              : this.#pause()
          }
          <p slot="foot" class="credit" part="credit">
            Charts by
            <a href="https://www.tradingview.com/" target="_blank" rel="noopener noreferrer">TradingView</a>
            <span title="TradingView Lightweight Charts™ Copyright © TradingView, Inc.">Lightweight Charts™</span>
          </p>
        </sg-panel>`,
      ),
    )
  }

  #pause() {
    const name = this.paused ? 'Resume' : 'Pause'
    return html`<button
      slot="tools"
      part="pause"
      class="quiet"
      title=${`${name} (p)`}
      aria-label=${name}
      @click=${this.#pauseOrResume}
    >
      ${this.paused ? icons.play : icons.pause}
    </button>`
  }

  get #panel(): SgPanel | null {
    return this.renderRoot?.querySelector<SgPanel>('sg-panel') ?? null
  }

  #readHistory: ReadHistory = (metric, ask, signal) => {
    const { gauge, feed, agent } = this
    if (!gauge || !feed) return Promise.reject(new Error('The widget has left the page.'))
    return readHistory(gauge.api, feed, metric, agent ?? undefined, ask, signal)
  }

  /** The same object for as long as it is the same span. */
  #spanNow(): Span {
    const { range, zoom } = this
    const name = range && range !== 'live' ? (range as WindowName) : liveWindow
    const next: Span = zoom ? { range: zoom } : { windowMs: windowsMs[name] }
    if (JSON.stringify(next) !== JSON.stringify(this.#span)) this.#span = next
    return this.#span
  }

  #alertsNow(metric: string, agent: string | undefined): ChartAlerts {
    const { book } = this.#alerts
    const of = `${book.revision} ${metric} ${agent}`
    if (this.#shown?.of !== of) {
      this.#shown = { of, alerts: chartAlerts(book.of(metric, agent), [], metric, agent) }
    }
    return this.#shown.alerts
  }

  #zoom(event: CustomEvent<Range>): void {
    event.stopPropagation()
    this.zoom = event.detail
  }

  #unzoom(): void {
    this.zoom = undefined
  }

  #pauseOrResume(): void {
    this.paused = !this.paused
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== 'p' || this.zoom || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    this.#pauseOrResume()
  }
}

define('sg-chart', SgChart)
