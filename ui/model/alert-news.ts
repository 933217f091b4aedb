import { goesOn, type AlertNews as Kind, newsOf } from '@streamgauge/core/transition.ts'
import type { AlertTransition } from '../api/alert-types.ts'
import { instanceOf } from './alert-book.ts'

/** News is told this far apart, ms: a listener must be able to follow. */
const restMs = 3000

const words = { firing: 'firing', resolved: 'resolved', no_data: 'without data' } as const

/** Puts alerts that begin or end into words: one by its name, several as counts. What is pending is no news. */
export class AlertNews {
  #waiting: { readonly one: AlertTransition; readonly kind: Kind }[] = []
  /** Those that breached again after a silence: neither told to fire nor over. */
  readonly #between = new Set<string>()
  #toldAt = Number.NEGATIVE_INFINITY

  note(one: AlertTransition): void {
    const instance = instanceOf(one)
    const kind = newsOf(one, this.#between.has(instance))
    if (one.to === 'PENDING' && goesOn(one)) this.#between.add(instance)
    else this.#between.delete(instance)
    if (kind) this.#waiting.push({ one, kind })
  }

  /** What to say now; undefined when there is nothing, or it is too soon. */
  tell(nowMs: number): string | undefined {
    if (this.#waiting.length === 0 || nowMs - this.#toldAt < restMs) return undefined
    this.#toldAt = nowMs
    const news = this.#waiting
    this.#waiting = []
    if (news.length === 1) {
      const [{ one, kind }] = news
      const [, agent] = one.series
      return `${one.rule_name} is ${words[kind]}${agent ? ` on ${agent}` : ''}`
    }
    const parts = [...Map.groupBy(news, ({ kind }) => words[kind])].map(
      ([word, of]) => `${of.length} ${word}`,
    )
    return `Alerts: ${parts.join(', ')}`
  }
}
