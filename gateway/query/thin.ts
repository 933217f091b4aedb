/** Points in columns; `s` is an index into the list of series asked for. */
export interface Columns {
  readonly s: number[]
  readonly t: number[]
  readonly x: number[]
}

/** Points of a bucket that are kept: its first, least, greatest and last. */
const keptPerBucket = 4

interface Bucket {
  index: number
  readonly first: Point
  min: Point
  max: Point
  last: Point
}
interface Point {
  readonly t: number
  readonly x: number
}

/**
 * Takes the points of one series after the other, each in the order of time. A series of more than `maxPoints` is
 * thinned while it is read: from each bucket of `stepMs` the first, least, greatest and last point stay, so no spike
 * and no edge is lost, and memory is bounded by what is answered, not by what is read.
 */
export class Thinner {
  readonly stepMs: number
  thinned = false
  readonly columns: Columns = { s: [], t: [], x: [] }
  readonly #maxPoints: number
  #series = -1
  /** Where the points of the current series begin. */
  #begin = 0
  #buckets = false
  #bucket: Bucket | undefined

  /** `maxPoints` holds for each series and is at least 8. */
  constructor(range: { readonly from: number; readonly to: number }, maxPoints: number) {
    this.#maxPoints = maxPoints
    // One bucket less than fit, because buckets are aligned to the clock and not to `from`.
    const buckets = Math.floor(maxPoints / keptPerBucket) - 1
    this.stepMs = Math.max(1, Math.ceil((range.to - range.from) / buckets))
  }

  add(series: number, t: number, x: number): void {
    if (series !== this.#series) this.#startSeries(series)
    if (this.#buckets) this.#fold(t, x)
    else {
      this.#push(t, x)
      if (this.columns.t.length - this.#begin > this.#maxPoints) this.#startBuckets()
    }
  }

  /** No more points. */
  end(): Columns {
    this.#flush()
    return this.columns
  }

  #startSeries(series: number): void {
    this.#flush()
    this.#series = series
    this.#begin = this.columns.t.length
    this.#buckets = false
  }

  #startBuckets(): void {
    this.thinned = true
    this.#buckets = true
    const { s, t, x } = this.columns
    const times = t.splice(this.#begin)
    const values = x.splice(this.#begin)
    s.length = this.#begin
    for (let i = 0; i < times.length; i++) this.#fold(times[i], values[i])
  }

  #fold(t: number, x: number): void {
    const index = Math.floor(t / this.stepMs)
    const point = { t, x }
    const bucket = this.#bucket
    if (bucket?.index !== index) {
      this.#flush()
      this.#bucket = { index, first: point, min: point, max: point, last: point }
      return
    }
    if (x < bucket.min.x) bucket.min = point
    if (x > bucket.max.x) bucket.max = point
    bucket.last = point
  }

  #flush(): void {
    if (!this.#bucket) return
    const { first, min, max, last } = this.#bucket
    const inside = min.t <= max.t ? [min, max] : [max, min]
    // A point that plays two parts is one object, so a set keeps it once.
    for (const { t, x } of new Set([first, ...inside, last])) this.#push(t, x)
    this.#bucket = undefined
  }

  #push(t: number, x: number): void {
    this.columns.s.push(this.#series)
    this.columns.t.push(t)
    this.columns.x.push(x)
  }
}
