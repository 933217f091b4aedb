import { newsOf } from '@streamgauge/core/transition.ts'
import type { AlertTransition } from '../api/alert-types.ts'

/** News is told this far apart, ms: a listener must be able to follow. */
const restMs = 3000

const words = { firing: 'firing', resolved: 'resolved', no_data: 'without data' } as const

/** Puts alerts that begin or end into words: one by its name, several as counts. What is pending is no news. */
export class AlertNews {
  #waiting: AlertTransition[] = []
  #toldAt = Number.NEGATIVE_INFINITY

  note(transition: AlertTransition): void {
    if (newsOf(transition)) this.#waiting.push(transition)
  }

  /** What to say now; undefined when there is nothing, or it is too soon. */
  tell(nowMs: number): string | undefined {
    if (this.#waiting.length === 0 || nowMs - this.#toldAt < restMs) return undefined
    this.#toldAt = nowMs
    const news = this.#waiting
    this.#waiting = []
    const wordOf = (one: AlertTransition) => words[newsOf(one) ?? 'resolved']
    if (news.length === 1) {
      const [, agent] = news[0].series
      return `${news[0].rule_name} is ${wordOf(news[0])}${agent ? ` on ${agent}` : ''}`
    }
    const parts = [...Map.groupBy(news, wordOf)].map(([word, of]) => `${of.length} ${word}`)
    return `Alerts: ${parts.join(', ')}`
  }
}
