import type { SseEvent } from './sse-parse.ts'
import { SseStream, type StreamHandle, type StreamOptions, type StreamState } from './sse-stream.ts'
import { StreamRoster } from './stream-roster.ts'

export interface Ration {
  /** Of the server whose connections are shared. */
  readonly origin: string
  /** Streams that may be open to it at once. */
  readonly most: number
  /** Who came first has a place before others, epoch ms. */
  readonly since: number
}

/** A stream that is open while there is a place for it; without one it says so and waits. */
export class RationedStream implements StreamHandle {
  readonly #options: StreamOptions
  readonly #most: number
  readonly #roster: StreamRoster
  #lastEventId: string | undefined
  #stream: SseStream | undefined
  #turn = 0

  constructor(options: StreamOptions, { origin, most, since }: Ration) {
    this.#options = options
    this.#most = most
    this.#lastEventId = options.lastEventId
    this.#roster = new StreamRoster({
      name: `streamgauge streams of ${origin}`,
      most,
      since,
      onTurn: (mine) => (mine ? this.#open() : this.#wait()),
    })
  }

  close(): void {
    this.#roster.leave()
    this.#letGo()
    this.#options.onState({ kind: 'closed' })
  }

  retryNow(): void {
    this.#stream?.retryNow()
  }

  #open(): void {
    const turn = ++this.#turn
    const { lastEventId: _, ...options } = this.#options
    this.#stream = new SseStream({
      ...options,
      ...(this.#lastEventId !== undefined && { lastEventId: this.#lastEventId }),
      onEvent: (event) => this.#turn === turn && this.#hear(event),
      onState: (state) => this.#turn === turn && this.#say(state),
    })
  }

  #wait(): void {
    this.#letGo()
    this.#options.onState({ kind: 'crowded', most: this.#most })
  }

  #letGo(): void {
    this.#turn++
    this.#stream?.close()
    this.#stream = undefined
  }

  #hear(event: SseEvent): void {
    if (event.id !== undefined) this.#lastEventId = event.id
    this.#options.onEvent(event)
  }

  #say(state: StreamState): void {
    // what is refused needs no connection
    if (state.kind === 'denied') this.#roster.leave()
    this.#options.onState(state)
  }
}
