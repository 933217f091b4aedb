import type { StreamPosition } from '@streamgauge/core/position.ts'
import { parsePosition } from '@streamgauge/core/position.ts'
import type { Audience } from '../live/audience.ts'
import type { AlertFeed } from './alert-feed.ts'
import type { Entry } from './entry.ts'
import type { Filter } from './filter.ts'
import { idFrame, pointsFrame, type ResyncReason, resyncFrame } from './frame.ts'
import { mergeBatches } from './merge.ts'
import type { ReplayRing } from './ring.ts'
import type { View, Views } from './views.ts'

/** Where a reader's bytes go. */
export interface Sink {
  /** Takes the bytes; false when no more should come before `drained` is called. */
  write(frame: Buffer): boolean
}

export interface ReaderOptions {
  readonly partition: number
  readonly tenant: string
  readonly filter: Filter | undefined
  readonly ring: ReplayRing
  readonly views: Views
  readonly sink: Sink
  /** What becomes of the tenant's agents; a stream hears of changes after it opened. */
  readonly watch?: Changes
  /** Which agents it hears of; all when left out. */
  readonly audience?: Audience | undefined
  /** Changes of state of its alerts from now on. */
  readonly alerts?: AlertFeed
}

/** Changes that streams are told of beside the points, each by the version that it made. */
export interface Changes {
  readonly version: number
  /** The events of the changes after `version`, for an audience or for all; undefined when there are none. */
  after(version: number, audience: Audience | undefined): Buffer | undefined
}

export const readerDefaults = {
  /** A live reader that does not drain may fall behind by this many bytes of the ring. */
  behindBytes: 1024 * 1024,
  /** Records that wait are put into one event up to this many bytes. */
  coalesceBytes: 64 * 1024,
}

/**
 * One stream: a place in the ring and a socket. It holds no events of its own. While the socket is blocked the
 * place stays, afterwards what has come meanwhile is sent coalesced; a reader too far behind jumps to the head and
 * is told so. A record is never split over two events.
 */
export class Reader {
  readonly #o: ReaderOptions
  #place = 0
  /** The place that was last named as an id. */
  #named = 0
  #blocked = false
  /** Has been at the head since it opened or resynced: only then the byte bound applies, replay may be longer. */
  #live = false
  /** The version of `watch` that was told. */
  #told: number
  /** The version of `alerts` that was told. */
  #alerted: number
  #lost: ResyncReason | undefined
  /** When bytes were last handed to the socket, epoch ms. */
  wroteAt = 0
  /** Since when the socket has taken nothing, epoch ms; undefined while it flows. */
  blockedAt: number | undefined

  constructor(options: ReaderOptions) {
    this.#o = options
    this.#told = options.watch?.version ?? 0
    this.#alerted = options.alerts?.version ?? 0
  }

  /**
   * Names where the stream starts, then replays what lies above `lastEventId` and names the head that it has reached, or
   * tells why it can't.
   */
  open(lastEventId: string | undefined, now: number): void {
    const from = this.#resumePoint(lastEventId)
    if (typeof from === 'string') this.#lost = from
    this.#place = typeof from === 'number' ? from : this.#head()
    this.#writeHead(now)
    this.pump(now)
    if (!this.#blocked && this.#place !== this.#named) this.#writeHead(now)
  }

  /** Something new may be in the ring. */
  pump(now: number): void {
    const { ring, partition, tenant } = this.#o
    if (this.#blocked) {
      if (this.#live && ring.bytesAfter(partition, tenant, this.#place) > readerDefaults.behindBytes) {
        this.lose('slow')
      }
      return
    }
    while (!this.#blocked) {
      if (this.#place < ring.floor(partition, tenant)) this.#lost ??= 'slow'
      if (this.#lost) {
        this.#place = this.#head()
        this.#named = this.#place
        this.#write(resyncFrame(this.#position(this.#place), this.#lost), now)
        this.#lost = undefined
        continue
      }
      if (!this.#sendNext(now)) {
        this.#place = this.#head()
        this.#live = true
        break
      }
    }
    // Points go first; what was told of agents may wait the longest, for only its last state counts.
    if (!this.#blocked) this.#sendAlerts(now)
    if (!this.#blocked) this.#sendChanges(now)
  }

  /** The socket takes bytes again. */
  drained(now: number): void {
    this.#blocked = false
    this.blockedAt = undefined
    this.pump(now)
  }

  /** What follows can't be joined to what was sent: resync as soon as the socket allows it. */
  lose(reason: ResyncReason): void {
    this.#lost = reason
    // A place at the head holds on to nothing while the socket stays blocked.
    this.#place = this.#head()
    this.#live = false
  }

  /** Sends the head, so that a quiet or filtered stream stays current. */
  beat(now: number): void {
    if (this.#blocked) return
    this.pump(now)
    if (!this.#blocked) this.#writeHead(now)
  }

  #resumePoint(lastEventId: string | undefined): number | ResyncReason | undefined {
    if (lastEventId === undefined || lastEventId === '') return undefined
    const { ring, partition, tenant } = this.#o
    const position = parsePosition(lastEventId)
    if (!position) return 'unknown_position'
    if (position.partition !== partition) return 'other_partition'
    if (position.offset > this.#head()) return 'ahead'
    if (position.offset < ring.floor(partition, tenant)) return 'too_old'
    return position.offset
  }

  /** Sends the next entries that pass the filter as one event; false when there are none. */
  #sendNext(now: number): boolean {
    const { ring, views, partition, tenant, filter } = this.#o
    const taken: { entry: Entry; view: View }[] = []
    let bytes = 0
    for (const entry of ring.after(partition, tenant, this.#place)) {
      if (taken.length > 0 && bytes + entry.frame.length > readerDefaults.coalesceBytes) break
      const view = views.of(entry, filter)
      this.#place = entry.src
      if (!view) continue
      taken.push({ entry, view })
      bytes += entry.frame.length
    }
    if (taken.length === 0) return false
    this.#named = taken[taken.length - 1].entry.src
    this.#write(taken.length === 1 ? taken[0].view.frame() : merged(taken), now)
    return true
  }

  #sendAlerts(now: number): void {
    const { alerts, filter } = this.#o
    if (!alerts) return
    const frames = alerts.after(this.#alerted, filter)
    this.#alerted = alerts.version
    if (frames === 'lost') {
      this.#place = this.#head()
      this.#write(resyncFrame(this.#position(this.#place), 'slow'), now)
    } else if (frames) this.#write(frames, now)
  }

  #sendChanges(now: number): void {
    const { watch, audience } = this.#o
    if (!watch) return
    const frames = watch.after(this.#told, audience)
    this.#told = watch.version
    if (frames) this.#write(frames, now)
  }

  #writeHead(now: number): void {
    this.#named = this.#place
    this.#write(idFrame(this.#position(this.#place)), now)
  }

  #write(frame: Buffer, now: number): void {
    this.wroteAt = now
    if (this.#o.sink.write(frame)) return
    this.#blocked = true
    this.blockedAt = now
  }

  #head(): number {
    return this.#o.ring.head(this.#o.partition) ?? -1
  }

  #position(offset: number): StreamPosition {
    return { partition: this.#o.partition, offset }
  }
}

function merged(taken: readonly { entry: Entry; view: View }[]): Buffer {
  const batch = mergeBatches(taken.map(({ view }) => view.batch()))
  return pointsFrame(taken[taken.length - 1].entry.position, Buffer.from(JSON.stringify(batch)))
}
