import { ContextConsumer } from '@lit/context'
import type { ReactiveController, ReactiveElement } from 'lit'
import type { FeedListener, TenantFeed } from '../model/tenant-feed.ts'
import { type Live, liveContext } from './contexts.ts'

/** What a feed is about: a tenant, or one of its agents. */
export interface FeedSubject {
  readonly tenant?: string
  readonly agent?: string
}

/** Holds the feed of a tenant or of an agent for as long as the element is on the page; renders the element when the feed changes. */
export class FeedController implements ReactiveController {
  feed: TenantFeed | undefined
  readonly #host: ReactiveElement
  readonly #subject: () => FeedSubject
  readonly #listener: FeedListener
  readonly #live: ContextConsumer<typeof liveContext, ReactiveElement>
  #letGo: (() => void) | undefined

  constructor(host: ReactiveElement, subject: () => FeedSubject, listener: FeedListener = {}) {
    this.#host = host
    this.#subject = subject
    this.#listener = listener
    this.#live = new ContextConsumer(host, { context: liveContext, subscribe: true })
    host.addController(this)
  }

  get live(): Live | undefined {
    return this.#live.value
  }

  hostUpdate(): void {
    const { tenant, agent } = this.#subject()
    if (this.feed?.tenant === tenant && this.feed?.agent === agent) return
    this.hostDisconnected()
    const live = this.#live.value
    if (!tenant || !live) return
    const { feed, release } = live.hub.acquire(tenant, agent)
    const unlisten = feed.listen({ ...this.#listener, changed: () => this.#host.requestUpdate() })
    this.feed = feed
    this.#letGo = () => {
      unlisten()
      release()
    }
  }

  hostDisconnected(): void {
    this.#letGo?.()
    this.#letGo = undefined
    this.feed = undefined
  }

  hostConnected(): void {
    this.#host.requestUpdate()
  }
}
