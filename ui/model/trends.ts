import type { Batch } from '@streamgauge/core/batch.ts'
import { Trend } from './trend.ts'

/** Slots of a trend, and the time of one, ms: five minutes. */
export const trendSlots = 60
export const trendSlotMs = 5000

/** One metric of every agent over the last minutes. */
export class Trends {
  readonly metric: string
  readonly #byAgent = new Map<string, Trend>()
  readonly #asked = new Set<string>()

  constructor(metric: string) {
    this.metric = metric
  }

  of(agent: string): Trend {
    let trend = this.#byAgent.get(agent)
    if (!trend) {
      trend = new Trend(trendSlotMs, trendSlots)
      this.#byAgent.set(agent, trend)
    }
    return trend
  }

  /** Takes what a live batch says of this metric. */
  take(batch: Batch): void {
    this.#each(batch, (trend, t, x) => trend.add(t, x))
  }

  /** Takes stored points. */
  fill(batch: Batch): void {
    this.#each(batch, (trend, t, x) => trend.fill(t, x))
  }

  /** Of these agents, those whose history has not been asked for yet; from now on it has. */
  missing(agents: readonly string[], most: number): string[] {
    const missing = agents.filter((agent) => !this.#asked.has(agent)).slice(0, most)
    for (const agent of missing) this.#asked.add(agent)
    return missing
  }

  /** Their history could not be had: it may be asked for again. */
  failed(agents: readonly string[]): void {
    for (const agent of agents) this.#asked.delete(agent)
  }

  #each(batch: Batch, put: (trend: Trend, t: number, x: number) => void): void {
    const trends = batch.series.map(([metric, agent]) =>
      metric === this.metric && agent !== null ? this.of(agent) : undefined,
    )
    for (let i = 0; i < batch.s.length; i++) {
      const trend = trends[batch.s[i]]
      if (trend) put(trend, batch.t[i], batch.x[i])
    }
  }
}
