import type { Unit } from './format.ts'

export interface ValueRange {
  readonly min: number
  readonly max: number
}

/**
 * The range of the value axis around the visible values: bounds are round numbers, so the axis stands still while the
 * line moves, and zero is shown when it is near.
 */
export function valueRange(min: number, max: number, unit: Unit = 'none'): ValueRange {
  if (!(min <= max)) return { min: 0, max: 1 }
  let low = min
  let high = max
  if (low === high) {
    const room = low === 0 ? 1 : Math.abs(low) * 0.1
    low -= room
    high += room
  }
  // a share of a whole, and any range that comes close to zero, is read against zero
  if (min >= 0 && (unit === 'percent' || low < high / 2)) low = 0
  else if (max <= 0 && high > low / 2) high = 0
  const step = niceStep((high - low) / 5, unit)
  const range = { min: Math.floor(low / step) * step, max: Math.ceil(high / step) * step }
  if (unit === 'percent' && max <= 100) return { min: range.min, max: Math.min(100, range.max) }
  return Number.isFinite(range.min) && Number.isFinite(range.max) ? range : { min, max }
}

/** The round number at or above `rough`: 1, 2 or 5 times a power of ten, for bytes a power of two. */
function niceStep(rough: number, unit: Unit): number {
  if (!(rough > 0) || !Number.isFinite(rough)) return 1
  if (unit === 'bytes' && rough > 1) return 2 ** Math.ceil(Math.log2(rough))
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = [1, 2, 5, 10].find((f) => f * power >= rough) ?? 10
  return factor * power || 1
}

/**
 * What values are divided by before they go on an axis whose greatest value is `size`: powers of 1000, for bytes of
 * 1024. The axis then has round labels in its own unit, and its arithmetic stays far from the limits of a double.
 */
export function axisFactor(size: number, unit: Unit): number {
  if (!(size > 0) || !Number.isFinite(size)) return 1
  const base = unit === 'bytes' ? 1024 : 1000
  const power = Math.floor(Math.log(size) / Math.log(base))
  return unit === 'bytes' ? base ** Math.min(4, Math.max(0, power)) : base ** Math.max(-100, power)
}
