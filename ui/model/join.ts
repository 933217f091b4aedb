import type { Batch } from '@streamgauge/core/batch.ts'
import type { StreamPosition } from '@streamgauge/core/position.ts'

/** What a join writes to: the points of one chart. */
export interface JoinSink {
  /** Adds the batch's points that are at or after `fromMs`; returns how many of them the chart holds. */
  append(batch: Batch, fromMs: number): number
  /** Forgets every point at or after `fromMs` and puts the batch in their place. */
  replace(batch: Batch, fromMs: number): void
}

interface Stamped {
  readonly position: StreamPosition
  readonly batch: Batch
}

/** What is missing before the line is whole: nothing, the events after `as_of`, or the whole history anew. */
export type Verdict = 'joined' | 'reopen' | 'refetch'

/** The `fromMs` of a history that replaces the whole line. */
export const everything = Number.NEGATIVE_INFINITY

/**
 * Makes stored history and live events one line: no slot missing, none twice.
 *
 * `asked` before the history is requested, `live` for every event, `answered` with the history. Events shown while
 * the answer is under way are shown at once and remembered; the answer replaces what it covers, and of the remembered
 * ones only those above its `as_of` are added again. An event seen before `asked` was stored before it was sent, so
 * the answer holds it.
 */
export class Join {
  #applied: StreamPosition | undefined
  #asOf: StreamPosition | undefined
  #remembered: Stamped[] | undefined
  readonly #sink: JoinSink

  constructor(sink: JoinSink) {
    this.#sink = sink
  }

  /** An answer is under way. */
  get loading(): boolean {
    return this.#remembered !== undefined
  }

  /** Everything up to here is in the line. */
  get upTo(): StreamPosition | undefined {
    return this.#applied
  }

  /** A history is requested. `anew` when the stream was resynced: its positions may have begun again below the old ones. */
  asked(anew = false): void {
    this.#remembered = []
    if (anew) this.#applied = undefined
  }

  /** The history could not be had: what came live stays. */
  failed(): void {
    this.#remembered = undefined
  }

  /** Takes a live event; returns how many of its points are new to the chart. */
  live(position: StreamPosition, batch: Batch): number {
    if (this.#applied && !above(position, this.#applied)) return 0
    this.#applied = position
    this.#remembered?.push({ position, batch })
    return this.#sink.append(batch, everything)
  }

  /**
   * Takes the history from `fromMs` on as of a position. `start` is where the stream in hand begins; when the history
   * ends below it, events are missing between the two: 'reopen' the stream after `as_of`.
   */
  answered(batch: Batch, asOf: StreamPosition, fromMs: number, start: StreamPosition | undefined): Verdict {
    const remembered = this.#remembered ?? []
    this.#remembered = undefined
    this.#sink.replace(batch, fromMs)
    this.#asOf = asOf
    this.#applied = asOf
    const hole = start !== undefined && above(start, asOf)
    for (const { position, batch: event } of remembered) {
      if (!above(position, asOf)) continue
      // an event beyond a hole comes again when the stream is reopened
      if (hole) continue
      this.#sink.append(event, fromMs)
      this.#applied = position
    }
    if (!hole) return 'joined'
    return fromMs === everything ? 'reopen' : 'refetch'
  }

  /** The position that the last history was read at. */
  get asOf(): StreamPosition | undefined {
    return this.#asOf
  }
}

/** True when a lies above b; positions of different partitions can't be compared, so the newcomer counts as above. */
export function above(a: StreamPosition, b: StreamPosition): boolean {
  return a.partition !== b.partition || a.offset > b.offset
}
