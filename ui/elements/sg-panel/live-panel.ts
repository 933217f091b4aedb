import type { ReactiveController, ReactiveControllerHost } from 'lit'
import type { History } from '../../api/types.ts'
import { readTheme } from '../../charts/chart-theme.ts'
import { hoverGroup, type Pointing } from '../../charts/hover-group.ts'
import { LiveChart } from '../../charts/live-chart.ts'
import { type AlertMark, marksText, stepToMark } from '../../model/alert-marks.ts'
import type { ChartAlerts } from '../../model/chart-alerts.ts'
import { slotOf } from '../../model/grid.ts'
import { type Line, MetricModel } from '../../model/metric-model.ts'
import { type HistoryAsk, MetricSource } from '../../model/metric-source.ts'
import { type PanelState, panelState } from '../../model/panel-state.ts'
import { Pulse } from '../../model/pulse.ts'
import type { DrawScheduler } from '../../model/scheduler.ts'
import type { Span } from '../../model/span.ts'
import type { TenantFeed } from '../../model/tenant-feed.ts'
import { onTick } from '../ticker.ts'

/** Reads what is stored of one metric. */
export type ReadHistory = (metric: string, ask: HistoryAsk, signal: AbortSignal) => Promise<History>

/** What a panel is told to show. */
export interface PanelHost extends ReactiveControllerHost, Element {
  readonly metric: string
  readonly agent: string | undefined
  readonly feed: TenantFeed
  readonly scheduler: DrawScheduler
  readonly readHistory: ReadHistory
  readonly span: Span
  readonly paused: boolean
  readonly maxSlots: number
  readonly alerts: ChartAlerts | undefined
  /** The lit box that the chart fills. */
  readonly stage: HTMLElement
  /** The chart has been painted: its values may be written out. */
  painted(): void
}

/** How often points that have left the window are forgotten, ms. */
const pruneMs = 5000

/** The live side of a panel: its model, its source and its chart, from the first render until it leaves the page. */
export class LivePanel implements ReactiveController, Pointing {
  state: PanelState = { kind: 'connecting', text: 'CONNECTING' }
  chart: LiveChart | undefined
  model: MetricModel | undefined
  source: MetricSource | undefined
  /** The slot pointed at. */
  hovered: number | undefined
  /** Label of the only line to show. */
  solo: string | undefined
  readonly #host: PanelHost
  readonly #pulse = new Pulse()
  #held = 0
  /** What is on the stage is the picture of another span: it stands until there is something to show instead. */
  #outdated = false
  /** The alert that the keyboard has gone to: it is pointed at although the axis moves. */
  #pinned: number | undefined
  #inView = true
  #prunedAt = 0
  #undo: (() => void)[] = []

  constructor(host: PanelHost) {
    this.#host = host
    host.addController(this)
  }

  hostUpdated(): void {
    if (!this.model && this.#host.isConnected) this.#begin()
  }

  hostDisconnected(): void {
    for (const undo of this.#undo) undo()
    this.#undo = []
    this.source?.close()
    this.#dropChart()
    this.model = undefined
  }

  hostConnected(): void {
    this.#host.requestUpdate()
  }

  /** Another span, or another number of slots: a new chart takes the place of the old as soon as its points are read. */
  relayOut(): void {
    this.source?.show(this.#host.span)
    this.hover(undefined)
    if (this.source?.settled) this.#renew()
    else this.#outdated = true
    this.#stand()
    this.#assess()
  }

  pause(): void {
    this.#held = 0
    this.#pulse.forget()
    this.#stand()
    this.#assess()
  }

  /** A paused panel stands still once it shows what it was told to, a picture of another span at once. */
  #stand(): void {
    const { chart, source } = this
    const { paused, span } = this.#host
    if (!chart) return
    const still = paused && !span.range && source?.settled === true && !this.#outdated
    if (still && !chart.paused) {
      chart.draw()
      this.#held = 0
    }
    chart.pause(still || this.#outdated)
  }

  /** Colours and fonts have changed. */
  restyle(): void {
    this.chart?.applyTheme(readTheme(this.#host))
  }

  showAlerts(): void {
    const { alerts } = this.#host
    if (alerts) this.chart?.alerts.show(alerts)
  }

  /** Goes to the next alert, or the one before. */
  stepToAlert(direction: 1 | -1): void {
    const { chart } = this
    if (!chart) return
    const from = this.hovered ?? chart.visible.to + 1
    const slot = stepToMark(chart.alerts.slots, from, direction, chart.visible)
    if (slot === undefined) return
    this.hover(slot)
    this.#pinned = slot
    chart.pointAt(slot)
  }

  /** What alerts say about the slot pointed at. */
  get alertHere(): { readonly text: string; readonly marks: readonly AlertMark[] } | undefined {
    const marks = this.hovered === undefined ? [] : (this.chart?.alerts.marksAt(this.hovered) ?? [])
    return marks.length > 0 ? { text: marksText(marks), marks } : undefined
  }

  /** Shows one line alone, or all again. */
  soloOn(line: Line): void {
    this.solo = this.solo === line.label ? undefined : line.label
    this.chart?.draw()
    this.#host.requestUpdate()
  }

  /** Points at a slot, here and on the charts beside. */
  hover(slot: number | undefined): void {
    this.#pinned = undefined
    if (!this.chart || slot === this.hovered) return
    this.#hoverHere(slot)
    hoverGroup.point(this, slot === undefined ? undefined : slot * this.chart.stepMs)
  }

  pointAtTime(epochMs: number | undefined): void {
    if (!this.chart) return
    const slot = epochMs === undefined ? undefined : slotOf(epochMs, this.chart.stepMs)
    const { from, to } = this.chart.visible
    // the chart would point at its first or last slot instead
    this.#hoverHere(slot !== undefined && slot >= from && slot <= to ? slot : undefined)
    this.chart.pointAt(this.hovered)
  }

  #hoverHere(slot: number | undefined): void {
    this.hovered = slot
    this.#host.painted()
  }

  #begin(): void {
    const { feed, metric, agent, span } = this.#host
    const model = new MetricModel(metric, agent, Number.POSITIVE_INFINITY)
    this.model = model
    this.#outdated = false
    model.listener = {
      point: (line, t, x) => this.chart?.point(line, t, x),
      reset: () => (this.#outdated ? this.#renew() : this.chart?.reset()),
      lines: () => {
        if (!model.lines.some(({ label }) => label === this.solo)) this.solo = undefined
        this.#host.requestUpdate()
      },
    }
    this.source = new MetricSource({
      feed,
      model,
      readHistory: (ask, signal) => this.#host.readHistory(metric, ask, signal),
      onPoints: (count, received) => this.#arrived(count, received),
      onChange: () => {
        // without an answer the new span shows what comes live
        if (this.#outdated && this.source?.error !== undefined) this.#renew()
        this.#stand()
        this.#assess()
        this.#host.requestUpdate()
      },
    })
    this.source.show(span)
    this.#makeChart()
    this.#undo = [
      ...this.#watch(),
      onTick(() => this.#tick()),
      feed.listen({ changed: () => this.#assess() }),
    ]
    this.#assess()
  }

  /** Size, visibility and theme. */
  #watch(): (() => void)[] {
    const { stage, scheduler } = this.#host
    const sized = new ResizeObserver(() => this.chart?.resize(stage.clientWidth, stage.clientHeight))
    sized.observe(stage)
    const seen = new IntersectionObserver(([entry]) => {
      this.#inView = entry.isIntersecting
      if (!this.#inView) this.#pulse.forget()
      if (this.chart) scheduler.setVisible(this.chart, this.#inView)
    })
    seen.observe(this.#host)
    const themed = new MutationObserver(() => this.restyle())
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return [() => sized.disconnect(), () => seen.disconnect(), () => themed.disconnect()]
  }

  #renew(): void {
    this.#outdated = false
    this.#dropChart()
    this.#makeChart()
  }

  #makeChart(): void {
    const { feed, scheduler, span, maxSlots, stage } = this.#host
    if (!this.model) return
    const chart = new LiveChart(stage, {
      model: this.model,
      span,
      now: () => feed.clock.now(),
      theme: readTheme(this.#host),
      maxSlots,
      onPaint: () => this.#painted(),
      onHover: (slot, byPointer) => {
        if (byPointer || this.#pinned === undefined) this.hover(slot)
      },
    })
    chart.hidden = (line) => this.solo !== undefined && this.solo !== line.label
    this.chart = chart
    this.showAlerts()
    scheduler.add(chart)
    scheduler.setVisible(chart, this.#inView)
    hoverGroup.add(this)
  }

  #dropChart(): void {
    hoverGroup.remove(this)
    if (!this.chart) return
    this.#host.scheduler.remove(this.chart)
    this.chart.dispose()
    this.chart = undefined
  }

  #arrived(count: number, received: number): void {
    const { paused, scheduler } = this.#host
    this.#pulse.arrived(received, !paused && this.#inView && !document.hidden)
    if (paused) this.#held += count
    else if (this.chart) scheduler.request(this.chart)
    // the first point of a panel is not kept waiting for the next tick
    if (this.state.kind !== 'live') this.#assess()
  }

  /** The canvas holds everything that has arrived: measure how long the oldest of it took. */
  #painted(): void {
    const { feed } = this.#host
    const lag = this.#pulse.painted(feed.clock.now())
    if (lag !== undefined) feed.lags.add(lag)
    if (this.#pinned !== undefined) this.chart?.pointAt(this.#pinned)
    this.#host.painted()
  }

  #tick(): void {
    const { feed, paused, scheduler } = this.#host
    const now = feed.clock.now()
    if (this.chart && !paused && now >= this.chart.nextStepAt) scheduler.request(this.chart)
    if (!paused && now - this.#prunedAt > pruneMs) {
      this.model?.prune(now)
      this.#prunedAt = now
    }
    this.#assess()
  }

  #assess(): void {
    const { model, source } = this
    const { feed, paused, scheduler, span } = this.#host
    if (!model) return
    const next = panelState({
      standing: span.range !== undefined,
      resolution: source?.resolution,
      stream: feed.stream.kind,
      wasOpen: feed.wasOpen,
      pausedBehind: paused ? this.#held : undefined,
      loading: source?.loading ?? true,
      error: source?.error,
      hasPoints: model.hasPoints && !this.#outdated,
      silentMs: feed.clock.now() - Math.max(this.#pulse.lastReceived, model.newestMs),
      intervalMs: model.intervalMs,
      behindMs: feed.detail?.ingest.behind_ms ?? 0,
      lagMs: this.#pulse.lagMs,
      drawsPerSecond: scheduler.ratePerChart(),
    })
    if (next.kind === this.state.kind && next.text === this.state.text) return
    this.state = next
    this.#host.requestUpdate()
  }
}
