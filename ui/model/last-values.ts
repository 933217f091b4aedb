import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'

export interface LastValue {
  readonly metric: string
  readonly timeMs: number
  readonly value: number
}

/** The newest value of each metric of each agent: what tables show. Points without an agent are filed under ''. */
export class LastValues {
  readonly #byAgent = new Map<string, Map<string, LastValue>>()

  /** Metrics of the agent in the order of their names. */
  of(agent: string): LastValue[] {
    const metrics = this.#byAgent.get(agent)
    return metrics ? [...metrics.values()].sort((a, b) => (a.metric < b.metric ? -1 : 1)) : []
  }

  /** Names of all metrics, sorted. */
  get metrics(): string[] {
    return [...new Set([...this.#byAgent.values()].flatMap((metrics) => [...metrics.keys()]))].sort()
  }

  /** Names of the metrics that had a point since then, sorted. */
  since(timeMs: number): string[] {
    const fresh = [...this.#byAgent.values()].flatMap((metrics) =>
      [...metrics.values()].filter((last) => last.timeMs >= timeMs).map((last) => last.metric),
    )
    return [...new Set(fresh)].sort()
  }

  get agents(): string[] {
    return [...this.#byAgent.keys()].filter((agent) => agent !== '').sort()
  }

  /** Takes a value unless a newer one is known; true when it is news that this metric exists. */
  put([metric, agent]: SeriesName, timeMs: number, value: number): boolean {
    let metrics = this.#byAgent.get(agent ?? '')
    if (!metrics) {
      metrics = new Map()
      this.#byAgent.set(agent ?? '', metrics)
    }
    const known = metrics.get(metric)
    if (!known || known.timeMs <= timeMs) metrics.set(metric, { metric, timeMs, value })
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
