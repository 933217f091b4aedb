/** Distances of time labels that people read easily, ms. */
const distances = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800,
  345_600, 604_800,
].map((seconds) => seconds * 1000)

/** The smallest distance of labels, ms, at which each has `labelPx` of the pane to itself. */
export function labelDistance(windowMs: number, paneWidth: number, labelPx: number): number {
  const least = (windowMs * labelPx) / Math.max(1, paneWidth)
  return distances.find((distance) => distance >= least) ?? distances[distances.length - 1]
}

/** True when a label stands on this time: whole distances since midnight in the viewer's zone. */
export function hasLabel(epochMs: number, distanceMs: number, zoneOffsetMinutes: number): boolean {
  return (epochMs - zoneOffsetMinutes * 60_000) % distanceMs === 0
}
