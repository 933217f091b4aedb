/** What a bucket holds and how fast it fills. */
export interface BucketSize {
  /** Points that fit: what may be sent at once after a rest. */
  readonly capacity: number
  /** Points that flow in every second. */
  readonly perSecond: number
}

export interface Bucket {
  readonly level: number
  /** Epoch ms at which `level` was true. */
  readonly at: number
}

/**
 * Takes `amount` out of a bucket at `now`, or nothing when it does not hold enough. A full bucket serves an amount
 * above its capacity too and goes into debt, so that no permitted request is refused for ever.
 */
export function take(
  bucket: Bucket | undefined,
  size: BucketSize,
  amount: number,
  now: number,
): { bucket: Bucket; waitMs: number } {
  const passed = bucket ? Math.max(0, now - bucket.at) : 0
  const level = bucket
    ? Math.min(size.capacity, bucket.level + (passed * size.perSecond) / 1000)
    : size.capacity
  const needed = Math.min(amount, size.capacity)
  if (level >= needed) return { bucket: { level: level - amount, at: now }, waitMs: 0 }
  return { bucket: { level, at: now }, waitMs: Math.ceil(((needed - level) / size.perSecond) * 1000) }
}
