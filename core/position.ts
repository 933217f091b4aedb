/** Points of one record are numbered below this, so a position fits in 53 bits: `offset · 2^15 + index`. */
export const pointsPerOffset = 2 ** 15

/** The place of one point inside its partition of `metrics.ingest`. */
export function positionOf(offset: number, index: number): number {
  return offset * pointsPerOffset + index
}

/** The ingest offset that a point's position belongs to. */
export function offsetOf(position: number): number {
  return Math.floor(position / pointsPerOffset)
}

/** A place in the stream as clients see it: the partition and offset of an ingest record. */
export interface StreamPosition {
  readonly partition: number
  readonly offset: number
}

/** Writes `partition:offset`, the form of SSE ids, `as_of` and `Last-Event-ID`. */
export function formatPosition({ partition, offset }: StreamPosition): string {
  return `${partition}:${offset}`
}

/** Reads `partition:offset`; undefined when it is anything else. An offset of -1 means "before the first". */
export function parsePosition(text: string): StreamPosition | undefined {
  const match = /^(\d{1,5}):(-1|\d{1,12})$/.exec(text)
  return match ? { partition: Number(match[1]), offset: Number(match[2]) } : undefined
}
