const hour = 3_600_000

/** Dedupe ids are remembered in buckets of this length of `received`, ms: one partition of the table each. */
export const dedupeBucketMs = 6 * hour

/** The bucket that a record's ids are remembered in. */
export function dedupeBucket(received: number): number {
  return Math.floor(received / dedupeBucketMs)
}
