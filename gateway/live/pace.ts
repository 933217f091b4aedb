/** How fast a tenant's points come and how late they are here, over the last minute. */
export interface Pace {
  /** Average of the last ten full seconds, by the time points were accepted. */
  readonly pointsPerSecond: number
  /** From acceptance to this process, ms; null while nothing came within the last minute. */
  readonly lagP50Ms: number | null
  readonly lagP95Ms: number | null
}

const seconds = 64
const rateSeconds = 10
const lagSamples = 512
const lagWindowMs = 60_000

interface Counts {
  /** Points by second of acceptance, in a circle; `stamps` says which second a place counts. */
  readonly points: Float64Array
  readonly stamps: Float64Array
  readonly lags: { at: number; ms: number }[]
  nextLag: number
  touchedAt: number
}

/** Counts what passes, in memory of a fixed size for each tenant. Times are epoch ms. */
export class Paces {
  readonly #tenants = new Map<string, Counts>()

  /** A record has arrived; `lag` is left out for records of the past. */
  note(tenant: string, received: number, points: number, at: number, lag: boolean): void {
    const counts = this.#counts(tenant)
    counts.touchedAt = at
    const second = Math.floor(received / 1000)
    const place = second % seconds
    if (counts.stamps[place] < second) {
      counts.stamps[place] = second
      counts.points[place] = 0
    }
    // A record older than the circle reaches must not count for the second that has taken its place.
    if (counts.stamps[place] === second) counts.points[place] += points
    if (!lag) return
    counts.lags[counts.nextLag] = { at, ms: Math.max(0, at - received) }
    counts.nextLag = (counts.nextLag + 1) % lagSamples
  }

  of(tenant: string, now: number): Pace {
    const counts = this.#tenants.get(tenant)
    if (!counts) return { pointsPerSecond: 0, lagP50Ms: null, lagP95Ms: null }
    const current = Math.floor(now / 1000)
    let points = 0
    for (let second = current - rateSeconds; second < current; second++) {
      if (counts.stamps[second % seconds] === second) points += counts.points[second % seconds]
    }
    const lags = counts.lags.filter(({ at }) => now - at <= lagWindowMs).map(({ ms }) => ms)
    lags.sort((a, b) => a - b)
    return {
      pointsPerSecond: points / rateSeconds,
      lagP50Ms: percentile(lags, 0.5),
      lagP95Ms: percentile(lags, 0.95),
    }
  }

  /** Forgets tenants of which nothing came for two minutes. */
  sweep(now: number): void {
    for (const [tenant, { touchedAt }] of this.#tenants) {
      if (now - touchedAt > 2 * lagWindowMs) this.#tenants.delete(tenant)
    }
  }

  #counts(tenant: string): Counts {
    let counts = this.#tenants.get(tenant)
    if (!counts) {
      counts = {
        points: new Float64Array(seconds),
        stamps: new Float64Array(seconds),
        lags: [],
        nextLag: 0,
        touchedAt: 0,
      }
      this.#tenants.set(tenant, counts)
    }
    return counts
  }
}

function percentile(sorted: readonly number[], share: number): number | null {
  return sorted.length === 0 ? null : sorted[Math.ceil(sorted.length * share) - 1]
}
