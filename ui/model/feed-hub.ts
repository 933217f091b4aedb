import type { TenantFeed } from './tenant-feed.ts'

interface Held {
  readonly feed: TenantFeed
  users: number
  linger: ReturnType<typeof setTimeout> | undefined
}

/** A feed nobody uses is kept this long, so that going from page to page doesn't reconnect, ms. */
const lingerMs = 5000

/** The open feeds of this tab: one for each tenant, or agent of a tenant, however many elements use it. */
export class FeedHub {
  readonly #make: (tenant: string, agent?: string) => TenantFeed
  readonly #held = new Map<string, Held>()
  #suspended = false

  constructor(make: (tenant: string, agent?: string) => TenantFeed) {
    this.#make = make
  }

  /**
   * Lends the tenant's feed, or that of one of its agents, opened for the first user; hand back what `release` names
   * when done.
   */
  acquire(tenant: string, agent?: string): { feed: TenantFeed; release: () => void } {
    // a space is in no tenant's name
    const key = agent === undefined ? tenant : `${tenant} ${agent}`
    const held = this.#held.get(key) ?? this.#open(key, tenant, agent)
    clearTimeout(held.linger)
    held.users++
    let mine = true
    const release = () => {
      if (!mine) return
      mine = false
      if (--held.users === 0) held.linger = setTimeout(() => this.#close(key), lingerMs)
    }
    return { feed: held.feed, release }
  }

  /** Nobody is looking at the tab: every stream is let go of. */
  suspend(): void {
    this.#suspended = true
    for (const { feed } of this.#held.values()) feed.suspend()
  }

  resume(): void {
    if (!this.#suspended) return
    this.#suspended = false
    for (const { feed } of this.#held.values()) feed.resume()
  }

  /** Signed out: everything is closed for good. */
  clear(): void {
    for (const key of [...this.#held.keys()]) this.#close(key)
  }

  #open(key: string, tenant: string, agent: string | undefined): Held {
    const held: Held = { feed: this.#make(tenant, agent), users: 0, linger: undefined }
    this.#held.set(key, held)
    if (!this.#suspended) held.feed.resume()
    return held
  }

  #close(key: string): void {
    const held = this.#held.get(key)
    clearTimeout(held?.linger)
    held?.feed.suspend()
    this.#held.delete(key)
  }
}
