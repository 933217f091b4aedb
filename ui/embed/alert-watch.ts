import type { ReactiveController, ReactiveElement } from 'lit'
import type { AlertTransition } from '../api/alert-types.ts'
import type { Api } from '../api/client.ts'
import type { Listing } from '../api/types.ts'
import { PollController } from '../app/poll-controller.ts'
import { AlertBook } from '../model/alert-book.ts'
import type { TenantFeed } from '../model/tenant-feed.ts'

/** Changes come by the stream; the list is read again this often all the same, ms. */
const listMs = 120_000

/** What to read: those that fire now, or the newest of the past. */
export interface AlertAsk {
  readonly api: Api
  readonly path: string
  readonly query: Readonly<Record<string, string>>
}

/** Keeps the alerts that a widget shows: a list that was read, and what the stream says since. */
export class AlertWatch implements ReactiveController {
  book = new AlertBook()
  readonly #host: ReactiveElement
  readonly #list: PollController<true>
  readonly #ask: () => AlertAsk | undefined

  constructor(host: ReactiveElement, ask: () => AlertAsk | undefined) {
    this.#host = host
    this.#ask = ask
    host.addController(this)
    this.#list = new PollController(host, listMs, (signal) => this.#read(signal))
  }

  hostConnected(): void {}

  get read(): boolean {
    return this.#list.value !== undefined
  }

  get failure(): unknown {
    return this.#list.failure
  }

  /** Listens to a feed; returns how to stop. */
  follow(feed: TenantFeed, told: (transition: AlertTransition) => void = () => {}): () => void {
    this.book = new AlertBook()
    this.#list.reset()
    return feed.listen({
      alert: (transition) => {
        if (!this.book.hear(transition)) return
        told(transition)
        this.#host.requestUpdate()
      },
      missed: () => void this.#list.now(),
    })
  }

  #read(signal: AbortSignal): Promise<true> | undefined {
    const ask = this.#ask()
    if (!ask) return undefined
    const { book } = this
    book.asked()
    const query = new URLSearchParams(ask.query)
    return ask.api.get<Listing<AlertTransition>>(`${ask.path}/alerts?${query}`, signal).then(({ items }) => {
      if (query.has('firing')) book.replaceFiring(items)
      else book.add(items)
      return true
    })
  }
}
