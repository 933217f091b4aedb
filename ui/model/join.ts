import type { Batch } from '@streamgauge/core/batch.ts'
import type { StreamPosition } from '@streamgauge/core/position.ts'
import type { StoredBatch } from '../api/types.ts'

/** What a join writes to: the points of one chart. */
export interface JoinSink {
  /** Adds the batch's points that are at or after `fromMs`; returns how many of them the chart holds. */
  append(batch: Batch, fromMs: number): number
  /** Forgets every point at or after `fromMs` and puts the batch in their place: points, or windows of `stepMs`. */
  replace(batch: StoredBatch, fromMs: number, stepMs: number): void
}

interface Stamped {
  readonly position: StreamPosition
  readonly batch: Batch
}

/** What is missing before the line is whole: nothing, the events after `as_of`, or the whole history anew. */
export type Verdict = 'joined' | 'reopen' | 'refetch'

/** Windows are stored within two seconds; events are remembered much longer, ms. */
const recentMs = 30_000

/** The `fromMs` of a history that replaces the whole line. */
export const everything = Number.NEGATIVE_INFINITY

/**
 * Makes stored history and live events one line: no slot missing, none twice.
 *
 * `asked` before the history is requested, `live` for every event, `answered` with the history. Events are shown at
 * once and remembered while the answer is under way; the answer replaces what it covers, and of the remembered ones
 * only those above its `as_of` are added again. Points are stored before they are sent, but their windows are a second
 * or two later: events of the last seconds are remembered before anything is asked, too.
 */
export class Join {
  #applied: StreamPosition | undefined
  #asOf: StreamPosition | undefined
  #remembered: Stamped[] = []
  /** The last event that is no longer remembered. */
  #forgotten: StreamPosition | undefined
  #loading = false
  readonly #sink: JoinSink

  constructor(sink: JoinSink) {
    this.#sink = sink
  }

  /** An answer is under way. */
  get loading(): boolean {
    return this.#loading
  }

  /** Everything up to here is in the line. */
  get upTo(): StreamPosition | undefined {
    return this.#applied
  }

  /** A history is requested; `anew` when the stream was resynced. */
  asked(anew = false): void {
    this.#loading = true
    if (anew) this.forget()
  }

  /** No answer will be merged: what came live stays. */
  abandoned(): void {
    this.#loading = false
  }

  /** The stream was resynced: its positions may have begun again below the old ones. */
  forget(): void {
    this.#applied = undefined
    this.#remembered = []
    this.#forgotten = undefined
  }

  /** The stream is opened anew after the history's `as_of`: every event above it comes again. */
  reopened(): void {
    this.#remembered = []
    this.#forgotten = undefined
  }

  /** The events between cannot be had now: shows what lies beyond the hole, and forgets nothing until the next answer. */
  goOn(): void {
    this.#replay(everything)
    this.#loading = true
  }

  /** Takes a live event; returns how many of its points are new to the chart. */
  live(position: StreamPosition, batch: Batch): number {
    // points come with their history before they come live, and windows asked for next may end below them
    this.remember(position, batch)
    if (this.#applied && !above(position, this.#applied)) return 0
    this.#applied = position
    return this.#sink.append(batch, everything)
  }

  /** Takes an event that is not to be shown now, but may be after the next answer. */
  remember(position: StreamPosition, batch: Batch): void {
    const last = this.#remembered.at(-1)
    if (last && !above(position, last.position)) return
    this.#remembered.push({ position, batch })
    if (this.#loading) return
    const recent = this.#remembered.findIndex(
      ({ batch: { received } }) => received >= batch.received - recentMs,
    )
    if (recent > 0) this.#forgotten = this.#remembered.splice(0, recent).at(-1)?.position
  }

  /**
   * Takes the history from `fromMs` on as of a position. `start` is where the stream in hand begins; when the history
   * ends below it, or below an event that has been forgotten, events are missing between the two: 'reopen' the stream
   * after `as_of`.
   */
  answered(
    batch: StoredBatch,
    asOf: StreamPosition,
    fromMs: number,
    start: StreamPosition | undefined,
    stepMs = 0,
  ): Verdict {
    this.#loading = false
    this.#sink.replace(batch, fromMs, stepMs)
    this.#asOf = asOf
    this.#applied = asOf
    if ([start, this.#forgotten].some((begin) => begin !== undefined && above(begin, asOf))) {
      return fromMs === everything ? 'reopen' : 'refetch'
    }
    this.#replay(fromMs)
    return 'joined'
  }

  #replay(fromMs: number): void {
    for (const { position, batch } of this.#remembered) {
      if (this.#applied && !above(position, this.#applied)) continue
      this.#sink.append(batch, fromMs)
      this.#applied = position
    }
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
