import { ContextConsumer } from '@lit/context'
import type { ReactiveController, ReactiveElement } from 'lit'
import type { FeedListener, TenantFeed } from '../model/tenant-feed.ts'
import { type Live, liveContext } from './contexts.ts'

/** Holds the feed of a tenant for as long as the element is on the page; renders the element when the feed changes. */
export class FeedController implements ReactiveController {
  feed: TenantFeed | undefined
  readonly #host: ReactiveElement
  readonly #tenant: () => string | undefined
  readonly #listener: FeedListener
  readonly #live: ContextConsumer<typeof liveContext, ReactiveElement>
  #letGo: (() => void) | undefined

  constructor(host: ReactiveElement, tenant: () => string | undefined, listener: FeedListener = {}) {
    this.#host = host
    this.#tenant = tenant
    this.#listener = listener
    this.#live = new ContextConsumer(host, { context: liveContext, subscribe: true })
    host.addController(this)
  }

  get live(): Live | undefined {
    return this.#live.value
  }

  hostUpdate(): void {
    const tenant = this.#tenant()
    if (this.feed?.tenant === tenant) return
    this.hostDisconnected()
    const live = this.#live.value
    if (!tenant || !live) return
    const { feed, release } = live.hub.acquire(tenant)
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
