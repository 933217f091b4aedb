import type { TenantFeed } from './tenant-feed.ts'

interface Held {
  readonly feed: TenantFeed
  users: number
  linger: ReturnType<typeof setTimeout> | undefined
}

/** A feed nobody uses is kept this long, so that going from page to page doesn't reconnect, ms. */
const lingerMs = 5000

/** The open feeds of this tab: one for each tenant, however many elements use it. */
export class FeedHub {
  readonly #make: (tenant: string) => TenantFeed
  readonly #held = new Map<string, Held>()
  #suspended = false

  constructor(make: (tenant: string) => TenantFeed) {
    this.#make = make
  }

  /** Lends the tenant's feed, opened for the first user; hand back what `release` names when done. */
  acquire(tenant: string): { feed: TenantFeed; release: () => void } {
    const held = this.#held.get(tenant) ?? this.#open(tenant)
    clearTimeout(held.linger)
    held.users++
    let mine = true
    const release = () => {
      if (!mine) return
      mine = false
      if (--held.users === 0) held.linger = setTimeout(() => this.#close(tenant), lingerMs)
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
    for (const tenant of [...this.#held.keys()]) this.#close(tenant)
  }

  #open(tenant: string): Held {
    const held: Held = { feed: this.#make(tenant), users: 0, linger: undefined }
    this.#held.set(tenant, held)
    if (!this.#suspended) held.feed.resume()
    return held
  }

  #close(tenant: string): void {
    const held = this.#held.get(tenant)
    clearTimeout(held?.linger)
    held?.feed.suspend()
    this.#held.delete(tenant)
  }
}
