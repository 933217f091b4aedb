/**
 * The absolute time grid of a chart: slot n covers [n · stepMs, (n + 1) · stepMs) since the epoch, so two charts of
 * one step agree on every slot and a slot never moves. Steps are quarters, halves or whole seconds: the chart library
 * keys slots by seconds, and tenths have no exact binary form.
 */
export const stepsMs = [250, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000] as const

/** Live windows of raw points, by their name in the address bar. */
export const windowsMs = { '1m': 60_000, '5m': 300_000, '15m': 900_000, '1h': 3_600_000 } as const
export type WindowName = keyof typeof windowsMs

/** The finest step at which the window has no more slots than `maxSlots` and than the pane has pixels. */
export function stepFor(windowMs: number, paneWidth: number, maxSlots: number): number {
  const slots = Math.max(1, Math.min(maxSlots, paneWidth))
  return stepsMs.find((step) => windowMs / step <= slots) ?? stepsMs[stepsMs.length - 1]
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
