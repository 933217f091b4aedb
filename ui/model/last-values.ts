import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'
import { byInterest } from './metric-order.ts'

export interface LastValue {
  readonly metric: string
  readonly timeMs: number
  readonly value: number
}

/** The newest value of each metric of each agent: what tables show. Points without an agent are filed under ''. */
export class LastValues {
  readonly #byAgent = new Map<string, Map<string, LastValue>>()
  /** When each metric last had a point, whoever said it, ms. */
  readonly #newest = new Map<string, number>()

  /** Metrics of the agent, the most interesting first. */
  of(agent: string): LastValue[] {
    const metrics = this.#byAgent.get(agent)
    return metrics ? [...metrics.values()].sort((a, b) => byInterest(a.metric, b.metric)) : []
  }

  /** The newest value of one metric of the agent, NaN when there is none. */
  value(agent: string, metric: string): number {
    return this.#byAgent.get(agent)?.get(metric)?.value ?? Number.NaN
  }

  /** Names of all metrics, the most interesting first. */
  get metrics(): string[] {
    return [...this.#newest.keys()].sort(byInterest)
  }

  /** Names of the metrics that had a point since then, the most interesting first. */
  since(timeMs: number): string[] {
    return [...this.#newest]
      .flatMap(([metric, newest]) => (newest >= timeMs ? [metric] : []))
      .sort(byInterest)
  }

  get agents(): string[] {
    return [...this.#byAgent.keys()].filter((agent) => agent !== '').sort()
  }

  /** Takes a value unless a newer one is known; true when it is news that this agent has this metric. */
  put([metric, agent]: SeriesName, timeMs: number, value: number): boolean {
    let metrics = this.#byAgent.get(agent ?? '')
    if (!metrics) {
      metrics = new Map()
      this.#byAgent.set(agent ?? '', metrics)
    }
    const known = metrics.get(metric)
    if (!known || known.timeMs <= timeMs) metrics.set(metric, { metric, timeMs, value })
    if (timeMs > (this.#newest.get(metric) ?? Number.NEGATIVE_INFINITY)) this.#newest.set(metric, timeMs)
    return known === undefined
  }

  /** Takes the points of a batch; true when one of its metrics was not known. */
  take(batch: Batch): boolean {
    let news = false
    for (let i = 0; i < batch.s.length; i++) {
      news = this.put(batch.series[batch.s[i]], batch.t[i], batch.x[i]) || news
    }
    return news
  }
}
