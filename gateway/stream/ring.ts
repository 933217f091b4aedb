import type { Entry } from './entry.ts'
import { TenantRing } from './tenant-ring.ts'

export interface RingLimits {
  /** Entries stay at least this long while the byte bounds allow it, ms. */
  readonly keepMs: number
  readonly tenantBytes: number
  readonly totalBytes: number
}

export const ringDefaults: RingLimits = {
  keepMs: 90_000,
  tenantBytes: 64 * 1024 * 1024,
  totalBytes: 256 * 1024 * 1024,
}

interface PartitionState {
  /** `src` of the last record taken. */
  last: number
  /** The floor of tenants that hold no entries. */
  floor: number
  readonly tenants: Map<string, TenantRing>
}

/**
 * What streams replay from: for each partition how far it was read, for each tenant its last records. Memory is
 * bounded by bytes; readers hold no data of their own, only a place in here.
 */
export class ReplayRing {
  readonly #limits: RingLimits
  readonly #partitions = new Map<number, PartitionState>()
  #bytes = 0

  constructor(limits: RingLimits = ringDefaults) {
    this.#limits = limits
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Starts a partition anew after `last`, forgetting what it held. */
  anchor(partition: number, last: number): void {
    for (const ring of this.#partitions.get(partition)?.tenants.values() ?? []) this.#bytes -= ring.bytes
    this.#partitions.set(partition, { last, floor: last, tenants: new Map() })
  }

  /** `src` of the last record of a partition; undefined before it is anchored. */
  head(partition: number): number | undefined {
    return this.#partitions.get(partition)?.last
  }

  /** The lowest place from which nothing of this tenant is missing. */
  floor(partition: number, tenant: string): number {
    const state = this.#state(partition)
    return state.tenants.get(tenant)?.floor ?? state.floor
  }

  /** What a record's `src` is to this partition: the next one, one seen before, or one after a hole. */
  place(partition: number, src: number): 'next' | 'seen' | 'hole' {
    const { last } = this.#state(partition)
    return src <= last ? 'seen' : src === last + 1 ? 'next' : 'hole'
  }

  /** Moves the head past a record that holds no points. */
  skip(partition: number, src: number): void {
    this.#state(partition).last = src
  }

  add(tenant: string, entry: Entry): void {
    const state = this.#state(entry.position.partition)
    state.last = entry.src
    let ring = state.tenants.get(tenant)
    if (!ring) {
      ring = new TenantRing(state.floor, entry.at)
      state.tenants.set(tenant, ring)
    }
    ring.add(entry)
    this.#bytes += entry.frame.length
    while (ring.bytes > this.#limits.tenantBytes) this.#bytes -= ring.dropOldest()
    while (this.#bytes > this.#limits.totalBytes) this.#bytes -= this.#largest().dropOldest()
  }

  after(partition: number, tenant: string, src: number): Iterable<Entry> {
    return this.#partitions.get(partition)?.tenants.get(tenant)?.after(src) ?? []
  }

  bytesAfter(partition: number, tenant: string, src: number): number {
    return this.#partitions.get(partition)?.tenants.get(tenant)?.bytesAfter(src) ?? 0
  }

  /** Gives up what is older than `keepMs`. */
  sweep(now: number): void {
    const before = now - this.#limits.keepMs
    for (const state of this.#partitions.values()) {
      for (const [tenant, ring] of state.tenants) {
        while (ring.oldest && ring.oldest.at < before) this.#bytes -= ring.dropOldest()
        // Only silence removes a ring: a reader that hears heartbeats is always above the floor it leaves behind.
        if (ring.oldest || ring.touchedAt >= before) continue
        state.tenants.delete(tenant)
        state.floor = Math.max(state.floor, ring.floor)
      }
    }
  }

  #largest(): TenantRing {
    let largest: TenantRing | undefined
    for (const { tenants } of this.#partitions.values()) {
      for (const ring of tenants.values()) if (!largest || ring.bytes > largest.bytes) largest = ring
    }
    if (!largest) throw new Error('a ring without tenants holds no bytes')
    return largest
  }

  #state(partition: number): PartitionState {
    const state = this.#partitions.get(partition)
    if (!state) throw new Error(`partition ${partition} is not anchored`)
    return state
  }
}
