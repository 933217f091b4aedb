/** What of a long list with rows of one height is worth drawing. Rows are counted from 0, `last` is not included. */
export interface RowWindow {
  readonly first: number
  readonly last: number
}

/** Rows drawn beyond each edge, so that scrolling finds them there. */
const overscan = 8

/**
 * The rows in sight of a scroller; all lengths in CSS pixels. A list that has become shorter than what was scrolled
 * to shows its end: the browser moves the scroller there, but tells a frame later.
 */
export function rowWindow(scrollTop: number, height: number, rowHeight: number, count: number): RowWindow {
  const top = Math.max(0, Math.min(scrollTop, count * rowHeight - height))
  const first = Math.floor(top / rowHeight) - overscan
  const last = Math.ceil((top + height) / rowHeight) + overscan
  return { first: Math.max(0, Math.min(first, count)), last: Math.max(0, Math.min(last, count)) }
}

/** Where to scroll so that a row is in sight: as little as possible, not at all when it is. */
export function scrollInto(row: number, scrollTop: number, height: number, rowHeight: number): number {
  const top = row * rowHeight
  if (top < scrollTop) return top
  return Math.max(scrollTop, top + rowHeight - height)
}
