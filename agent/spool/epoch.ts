/**
 * The epoch of this start: above every earlier one, also when the clock was set back or the file is lost, as long as
 * one of both is there. `stored` is the text of the epoch file, `seen` what the segments in the folder belong to.
 */
export function nextEpoch(stored: string | undefined, seen: readonly number[], now: number): number {
  const kept = /^\d{1,15}\n$/.test(stored ?? '') ? Number(stored) : 0
  return Math.max(now, kept + 1, ...seen.map((epoch) => epoch + 1))
}
