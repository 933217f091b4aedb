import { html, nothing } from 'lit'
import { readHistory } from '../../api/history.ts'
import { define } from '../../elements/define.ts'
import { formatAge, formatValue, unitOf } from '../../model/format.ts'
import { MetricModel } from '../../model/metric-model.ts'
import { MetricSource } from '../../model/metric-source.ts'
import { type PanelState, panelState } from '../../model/panel-state.ts'
import { Stat, type StatKind, type StatReading, statKinds, statWindowMs } from '../../model/stat.ts'
import type { TenantFeed } from '../../model/tenant-feed.ts'
import { trendBox, trendPath } from '../../model/trend-path.ts'
import { scheduler } from '../gauge.ts'
import { Widget } from '../widget.ts'
import { styles } from './sg-stat.styles.ts'

/** What a metric says now as one number, with its last five minutes: `<sg-stat src tenant token metric agent? of? …>`. */
export class SgStat extends Widget {
  static override styles = [...Widget.styles, styles]
  static override properties = { ...Widget.properties, of: {} }
  /** What becomes of several series: `mean`, `sum`, `least` or `greatest`. */
  declare of: string | null
  protected override readonly needed = ['tenant', 'metric'] as const
  #model: MetricModel | undefined
  #source: MetricSource | undefined
  #stat: Stat | undefined
  #state = ''

  protected override linked(feed: TenantFeed): () => void {
    const { gauge, metric, agent } = this
    if (!gauge || !metric) return () => {}
    const model = new MetricModel(metric, agent ?? undefined, statWindowMs)
    const stat = new Stat(model, this.#kind)
    model.listener = stat
    const source = new MetricSource({
      feed,
      model,
      readHistory: (ask, signal) => readHistory(gauge.api, feed, metric, agent ?? undefined, ask, signal),
      onPoints: (_, received) => this.heard(received),
      onChange: () => this.requestUpdate(),
    })
    source.show({ windowMs: statWindowMs })
    this.#model = model
    this.#source = source
    this.#stat = stat
    return () => {
      source.close()
      this.#model = undefined
    }
  }

  protected override subject(): readonly unknown[] {
    return [...super.subject(), this.of]
  }

  protected override get misuse(): string | undefined {
    if (this.of && !statKinds.some((kind) => kind === this.of))
      return `The attribute of is ${this.of}; it may be ${statKinds.join(', ')}.`
    return super.misuse
  }

  protected override ticked(): void {
    super.ticked()
    // an age that is shown, and what is said about it, move with the clock
    if (this.#model && this.#state !== this.#stateNow().text) this.requestUpdate()
  }

  protected override render() {
    const model = this.#model
    const state = this.#stateNow()
    this.#state = state.text
    const read = this.#source?.loading === false && !this.trouble
    return this.panel(
      this.metric ?? 'Number',
      state,
      model && (read || model.hasPoints) ? this.#body(model, state) : undefined,
    )
  }

  #body(model: MetricModel, { kind }: PanelState) {
    const now = this.feed?.clock.now() ?? Date.now()
    const reading = this.#stat?.read(now)
    if (!reading || reading.of === 0) {
      const what =
        this.#source?.error ?? 'No points in the last 5 minutes. The next one appears here by itself.'
      return html`<p class="message muted" part="message">${what}</p>`
    }
    const text = formatValue(reading.value, unitOf(model.metric))
    const [number, ...unit] = text.split(' ')
    return html`<div class="body" part="body" ?data-old=${kind === 'stale' || kind === 'reconnecting'}>
      <p class="value mono" part="value" data-value=${reading.value}>
        ${number}${unit.length > 0 ? html`<small part="unit"> ${unit.join(' ')}</small>` : nothing}
      </p>
      ${this.#trend(model.metric, reading)}
      <p class="muted caption" part="caption">${this.#caption(model, reading, now)}</p>
    </div>`
  }

  #trend(metric: string, { trend }: StatReading) {
    if (trend.filter((value) => !Number.isNaN(value)).length < 2) return nothing
    const { line, dot } = trendPath(trend, metric)
    const { width, height } = trendBox
    return html`<svg viewBox=${`0 0 ${width} ${height}`} preserveAspectRatio="none" part="trend" aria-hidden="true">
      <path class="line" d=${line}></path>
      <path class="dot" d=${dot}></path>
    </svg>`
  }

  #caption(model: MetricModel, { of }: StatReading, now: number): string {
    const age = now - model.newestMs
    const old = age > 10_000 ? ` · ${formatAge(age)} ago` : ''
    const [only] = model.lines
    const who =
      of === 1 && model.lines.length === 1 ? (only.name[1] ?? 'last value') : `${this.#kind} of ${of} series`
    return who + old
  }

  get #kind(): StatKind {
    return statKinds.find((kind) => kind === this.of) ?? 'mean'
  }

  #stateNow(): PanelState {
    const { feed } = this
    const model = this.#model
    if (!feed || !model) return { kind: 'connecting', text: 'CONNECTING' }
    return panelState({
      standing: false,
      resolution: this.#source?.resolution,
      stream: feed.stream.kind,
      wasOpen: feed.wasOpen,
      pausedBehind: undefined,
      loading: this.#source?.loading ?? true,
      error: this.#source?.error,
      hasPoints: model.hasPoints,
      silentMs: feed.clock.now() - Math.max(this.pulse.lastReceived, model.newestMs),
      intervalMs: model.intervalMs,
      behindMs: 0,
      lagMs: this.pulse.lagMs,
      drawsPerSecond: scheduler().ratePerChart(),
    })
  }
}

define('sg-stat', SgStat)
