/** Delays counted by the millisecond, so that millions of them take no room. */
export interface Lag {
  add(ms: number, points: number): void
  /** The delay below which the share `q` of the points lies; undefined when there were none. */
  quantile(q: number): number | undefined
}

const longestMs = 120_000

export function createLag(): Lag {
  const counts = new Float64Array(longestMs + 1)
  let total = 0
  return {
    add(ms, points) {
      counts[Math.min(longestMs, Math.max(0, Math.round(ms)))] += points
      total += points
    },
    quantile(q) {
      let seen = 0
      for (let ms = 0; ms < counts.length; ms++) {
        seen += counts[ms]
        if (total > 0 && seen >= q * total) return ms
      }
      return undefined
    },
  }
}
