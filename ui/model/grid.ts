/**
 * The absolute time grid of a chart: slot n covers [n · stepMs, (n + 1) · stepMs) since the epoch, so two charts of
 * one step agree on every slot and a slot never moves. Steps are quarters, halves or whole seconds: the chart library
 * keys slots by seconds, and tenths have no exact binary form.
 */
export const stepsMs = [
  250, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
  3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000,
] as const

/** Windows that end now, by their name in the address bar. */
export const windowsMs = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
} as const
export type WindowName = keyof typeof windowsMs

/**
 * The finest step at which the window has no more slots than `maxSlots` and than the pane has pixels. Stored windows
 * of `storedMs` are not split: a slot holds whole ones.
 */
export function stepFor(windowMs: number, paneWidth: number, maxSlots: number, storedMs = 0): number {
  const slots = Math.max(1, Math.min(maxSlots, paneWidth))
  const fits = (step: number) =>
    windowMs / step <= slots && step >= storedMs && (storedMs === 0 || step % storedMs === 0)
  return stepsMs.find(fits) ?? Math.max(storedMs, stepsMs[stepsMs.length - 1])
}

export function slotOf(timeMs: number, stepMs: number): number {
  return Math.floor(timeMs / stepMs)
}

/** The slot's start in seconds, the key of the chart library: exact for every step above. */
export function slotSeconds(slot: number, stepMs: number): number {
  return (slot * stepMs) / 1000
}

/** Points may be this far ahead of the server's clock and still move the axis; later ones wait for their time. */
export const leadMs = 2000

/** The newest slot to show: where the server's clock stands, or a point slightly ahead of it. */
export function headSlot(serverNow: number, newestMs: number, stepMs: number): number {
  const now = slotOf(serverNow, stepMs)
  return newestMs <= serverNow + leadMs ? Math.max(now, slotOf(newestMs, stepMs)) : now
}
