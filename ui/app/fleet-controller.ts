import { ContextConsumer } from '@lit/context'
import type { ReactiveController, ReactiveElement } from 'lit'
import type { Api } from '../api/client.ts'
import type { AgentItem, Listing } from '../api/types.ts'
import { Fleet } from '../model/fleet.ts'
import type { FeedListener } from '../model/tenant-feed.ts'
import { accessContext } from './contexts.ts'
import { FeedController, type FeedSubject } from './feed-controller.ts'
import { PollController } from './poll-controller.ts'

/** Changes come by the stream; the list is read again this often all the same, ms. */
const listMs = 30_000
/** An agent that is not on the list has it read again, once in this time, ms. */
const strangersMs = 1000
/** Agents of a page of the list, and pages read. */
const pageSize = 1000
const pagesAtMost = 20

/** Keeps the agents of a tenant, or one of them: their list, and what the stream says of them from then on. */
export class FleetController implements ReactiveController {
  fleet = new Fleet((agent) => this.#shows(agent))
  readonly feed: FeedController
  readonly #subject: () => FeedSubject
  readonly #access: ContextConsumer<typeof accessContext, ReactiveElement>
  readonly #list: PollController<true>
  #of: string | undefined
  #strangers: ReturnType<typeof setTimeout> | undefined

  constructor(host: ReactiveElement, subject: () => FeedSubject, listener: FeedListener = {}) {
    this.#subject = subject
    this.#access = new ContextConsumer(host, { context: accessContext, subscribe: true })
    host.addController(this)
    this.feed = new FeedController(host, subject, {
      ...listener,
      points: (position, batch) => {
        if (this.fleet.heard(batch)) this.#readSoon()
        listener.points?.(position, batch)
      },
      agent: (state) => {
        if (!this.fleet.apply(state)) this.#readSoon()
        listener.agent?.(state)
        host.requestUpdate()
      },
      // statuses travel without a position: those of the meantime are only on the list
      missed: () => void this.#list.now(),
    })
    this.#list = new PollController(host, listMs, (signal) => this.#read(signal))
  }

  /** Why the list could not be read. */
  get error(): string | undefined {
    return this.#list.error
  }

  /** Reads the list at once. */
  refresh(): void {
    void this.#list.now()
  }

  hostUpdate(): void {
    const { tenant, agent = '' } = this.#subject()
    const of = `${tenant} ${agent}`
    if (this.#of === of) return
    const first = this.#of === undefined
    this.#of = of
    if (first) return
    this.fleet = new Fleet((agent) => this.#shows(agent))
    this.#list.reset()
  }

  hostDisconnected(): void {
    clearTimeout(this.#strangers)
    this.#strangers = undefined
  }

  #shows(id: string): boolean {
    const { agent } = this.#subject()
    return !agent || agent === id
  }

  #readSoon(): void {
    this.#strangers ??= setTimeout(() => {
      this.#strangers = undefined
      void this.#list.now()
    }, strangersMs)
  }

  #read(signal: AbortSignal): Promise<true> | undefined {
    const api = this.#access.value?.api
    const { tenant, agent } = this.#subject()
    return api && tenant ? this.#readPages(api, { tenant, agent }, signal) : undefined
  }

  async #readPages(
    api: Api,
    { tenant, agent }: { tenant: string; agent: string | undefined },
    signal: AbortSignal,
  ): Promise<true> {
    const { fleet } = this
    fleet.asked()
    const items: AgentItem[] = []
    let cursor: string | null = null
    for (let pages = 0; pages < pagesAtMost; pages++) {
      const query = new URLSearchParams({
        limit: String(pageSize),
        ...(agent && { agent }),
        ...(cursor && { cursor }),
      })
      const path = `/api/v1/tenants/${encodeURIComponent(tenant)}/agents?${query}`
      const page: Listing<AgentItem> = await api.get(path, signal)
      items.push(...page.items)
      cursor = page.next
      if (cursor === null) break
    }
    if (!signal.aborted) fleet.replace(items)
    return true
  }
}
