import type { Transition } from '@streamgauge/core/transition.ts'
import { AlertFeed } from './alert-feed.ts'

/** Ids that are remembered, of all tenants: what is published again comes soon after the first time. */
const idsKept = 20_000

/** What the open streams of this process are told of alerts: each change of state once. */
export class AlertFeeds {
  readonly #feeds = new Map<string, AlertFeed>()
  readonly #seen = new Set<number>()
  readonly #watched: (tenant: string) => boolean

  /** `watched`: whether the tenant has open streams. */
  constructor(watched: (tenant: string) => boolean) {
    this.#watched = watched
  }

  /** What a stream of this tenant that opens now is told. */
  open(tenant: string): AlertFeed {
    let feed = this.#feeds.get(tenant)
    if (!feed) {
      feed = new AlertFeed()
      this.#feeds.set(tenant, feed)
    }
    return feed
  }

  /** Takes a change of state; true when there are streams to be told. */
  take(tenant: string, transition: Transition): boolean {
    if (this.#seen.has(transition.id)) return false
    this.#seen.add(transition.id)
    if (this.#seen.size > idsKept) {
      const [oldest] = this.#seen
      this.#seen.delete(oldest)
    }
    const feed = this.#feeds.get(tenant)
    if (!feed || !this.#watched(tenant)) return false
    feed.tell(transition)
    return true
  }

  /** Forgets what belongs to tenants without streams. */
  sweep(): void {
    for (const tenant of this.#feeds.keys()) if (!this.#watched(tenant)) this.#feeds.delete(tenant)
  }
}
