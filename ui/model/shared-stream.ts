import { formatPosition, parsePosition, type StreamPosition } from '@streamgauge/core/position.ts'
import { EventRing } from './event-ring.ts'
import { above } from './join.ts'
import type { SseEvent } from './sse-parse.ts'
import type { StreamHandle, StreamOptions, StreamState } from './sse-stream.ts'
import type { Saying, Talk } from './stream-talk.ts'

export interface SharedStreamOptions extends StreamOptions {
  /** Those of one name share one stream: it stands for the address and for who reads it. */
  readonly name: string
  readonly locks: Pick<LockManager, 'request'>
  /** Opens the stream itself. `since` is when it was first opened, epoch ms, by whichever tab. */
  readonly open: (options: StreamOptions, since: number) => StreamHandle
  /** Whoever leads is asked whether he is there when nothing was heard of him for so long, ms. Heartbeats come every 15 s. */
  readonly silentMs?: number
  /** Whoever leads and does not answer within this is frozen: another takes his place, ms. */
  readonly answerMs?: number
}

/** `alone` reads by itself until it can follow; `apart` for good: it gets no lock. */
type Role = 'waiting' | 'following' | 'alone' | 'apart' | 'leading' | 'closed'

/**
 * A share in a stream that all tabs of a browser have in common. Whoever holds a Web Lock leads: it reads the stream
 * and hands on what comes over a BroadcastChannel. The others follow; each knows the position up to which it has
 * seen everything, so whatever happens to the leader none misses an event and none gets one twice: who joins, or joins
 * another leader, is given what lies between from the leader's memory, and reads it from the server where that does
 * not reach. To its owner it behaves like the stream itself.
 */
export class SharedStream implements StreamHandle {
  readonly #id = crypto.randomUUID()
  readonly #options: SharedStreamOptions
  readonly #channel: BroadcastChannel
  #role: Role = 'waiting'
  #leader: string | undefined
  #seen: StreamPosition | undefined
  /** The stream itself, while this one leads or reads alone. */
  #stream: StreamHandle | undefined
  #turn = 0
  #ring = new EventRing()
  #joining: Extract<Talk, { kind: 'join' }>[] = []
  #state: StreamState = { kind: 'connecting' }
  #told = ''
  #since = Date.now()
  #lock = new AbortController()
  #release: (() => void) | undefined
  #watch: ReturnType<typeof setTimeout> | undefined
  #asked = false

  constructor(options: SharedStreamOptions) {
    this.#options = options
    this.#seen = options.lastEventId === undefined ? undefined : parsePosition(options.lastEventId)
    this.#channel = new BroadcastChannel(options.name)
    this.#channel.onmessage = ({ data }: MessageEvent) => this.#hear(data as Talk)
    this.#tell({ kind: 'connecting' })
    this.#queue()
    this.#join()
  }

  close(): void {
    if (this.#role === 'closed') return
    this.#end()
    this.#options.onState({ kind: 'closed' })
  }

  retryNow(): void {
    if (this.#stream) this.#stream.retryNow()
    else if (this.#role !== 'closed') this.#say({ kind: 'retry' })
  }

  /** Stands in the queue for the lock; whoever steals it does not wait. */
  #queue(steal = false): void {
    this.#lock.abort()
    const lock = new AbortController()
    this.#lock = lock
    const { locks, name } = this.#options
    const hold = () => {
      if (lock.signal.aborted) return
      const held = Promise.withResolvers<void>()
      this.#release = held.resolve
      this.#lead()
      return held.promise
    }
    // a request that steals takes no signal
    locks.request(name, steal ? { steal } : { signal: lock.signal }, hold).catch((error: unknown) => {
      if (lock.signal.aborted) return
      // only a theft aborts; whoever is refused is refused each time, such as a sandboxed frame without an origin
      if ((error as Error).name === 'AbortError') this.#lost()
      else this.#part()
    })
  }

  #lead(): void {
    this.#role = 'leading'
    this.#leader = this.#id
    clearTimeout(this.#watch)
    this.#ring = new EventRing()
    this.#joining = []
    this.#say({ kind: 'lead' })
    this.#read(
      (event) => this.#spread(event),
      (state) => this.#announce(state),
    )
  }

  /** Another has taken the lock away: this one was frozen, or looked like it. */
  #lost(): void {
    this.#letGo()
    this.#say({ kind: 'quit' })
    this.#leader = undefined
    this.#queue()
    this.#join()
  }

  /** There is no lock to be had: it reads for itself and has no more to do with the others. */
  #part(): void {
    if (this.#role === 'closed') return
    clearTimeout(this.#watch)
    this.#channel.close()
    this.#role = 'apart'
    this.#readItself((event) => this.#deliver(event))
  }

  #spread(event: SseEvent): void {
    this.#ring.add(event, performance.now())
    // the others first: they need not wait until it is drawn here
    this.#say({ kind: 'event', event })
    if (this.#ring.head) this.#letIn()
    this.#deliver(event)
  }

  #announce(state: StreamState): void {
    if (state.kind === 'connecting') this.#ring.reconnecting()
    this.#state = state
    this.#sayState()
    this.#tell(state)
    if (state.kind === 'denied') this.#end()
  }

  #sayState(): void {
    this.#say({ kind: 'state', state: this.#state, since: this.#since })
  }

  /** Asks to be let in: with everything after what was seen. */
  #join(): void {
    this.#role = 'waiting'
    this.#ask({ kind: 'join', after: this.#seen && formatPosition(this.#seen) })
  }

  #ask(saying: Saying): void {
    this.#say(saying)
    this.#asked = true
    this.#listen()
  }

  /** Waits for the leader to say something; one that says nothing is asked, one that does not answer is replaced. */
  #listen(): void {
    const { silentMs = 20_000, answerMs = 8_000 } = this.#options
    clearTimeout(this.#watch)
    this.#watch = setTimeout(
      () => {
        if (this.#asked) this.#queue(true)
        else this.#ask({ kind: 'ping' })
      },
      this.#asked ? answerMs : silentMs,
    )
  }

  #hear(talk: Talk): void {
    if (this.#role === 'closed' || (talk.to !== undefined && talk.to !== this.#id)) return
    if (this.#role === 'leading') this.#serve(talk)
    else this.#follow(talk)
  }

  #serve(talk: Talk): void {
    if (talk.kind === 'join') {
      this.#joining.push(talk)
      if (this.#ring.head) this.#letIn()
      else this.#sayState()
    } else if (talk.kind === 'ping') this.#sayState()
    else if (talk.kind === 'retry') this.#stream?.retryNow()
  }

  /** Answers those who want to follow. They wait until the stream has said where it begins. */
  #letIn(): void {
    for (const { from: to, after } of this.#joining.splice(0)) {
      const seen = after === undefined ? this.#ring.head : parsePosition(after)
      const events = seen && this.#ring.after(seen)
      if (!events) {
        this.#say({ kind: 'refused', to })
        continue
      }
      const start = formatPosition(seen)
      this.#say({ kind: 'welcome', to, start, events, state: this.#state, since: this.#since })
    }
  }

  #follow(talk: Talk): void {
    if (talk.kind === 'lead') {
      this.#leader = talk.from
      if (this.#role === 'alone') this.#listen()
      else this.#join()
      return
    }
    if (talk.kind === 'quit' && talk.from === this.#leader) {
      this.#leader = undefined
      if (this.#role === 'following') this.#join()
    }
    if (!tells(talk) || (this.#leader !== undefined && talk.from !== this.#leader)) return
    this.#leader = talk.from
    this.#asked = false
    this.#listen()
    if (talk.kind === 'welcome') this.#begin(talk)
    else if (talk.kind === 'refused') this.#readAlone()
    else if (talk.kind === 'state') this.#hearState(talk)
    else this.#hearEvent(talk.event)
  }

  #begin({ start, events, state, since }: Extract<Talk, { kind: 'welcome' }>): void {
    if (this.#role === 'following') return
    this.#letGo()
    this.#role = 'following'
    this.#since = since
    this.#tell({ kind: 'connecting' })
    this.#tell(state)
    for (const event of [{ id: start, event: 'message', data: null }, ...events]) this.#deliver(event)
  }

  #hearState({ state, since }: Extract<Talk, { kind: 'state' }>): void {
    this.#since = since
    const final = state.kind === 'denied'
    // until it is let in, an open stream is not open here
    if (final || this.#role === 'following' || (this.#role === 'waiting' && state.kind !== 'open'))
      this.#tell(state)
    if (final) this.#end()
  }

  #hearEvent(event: SseEvent): void {
    if (this.#role === 'following') this.#deliver(event)
    else if (this.#role === 'alone') this.#tryAgain(event)
  }

  /** What is missing lies before the leader's memory: it is read from the server until the two meet. */
  #readAlone(): void {
    if (this.#role !== 'waiting') return
    this.#role = 'alone'
    this.#readItself((event) => {
      this.#deliver(event)
      this.#tryAgain(event)
    })
  }

  #readItself(onEvent: (event: SseEvent) => void): void {
    this.#read(onEvent, (state) => {
      this.#tell(state)
      if (state.kind === 'denied') this.#end()
    })
  }

  /** Reading alone, one place further: the leader's memory may reach here now. */
  #tryAgain({ id }: SseEvent): void {
    const position = id === undefined ? undefined : parsePosition(id)
    if (!position || !this.#seen || above(this.#seen, position)) return
    this.#say({ kind: 'join', after: formatPosition(this.#seen) })
  }

  #read(onEvent: (event: SseEvent) => void, onState: (state: StreamState) => void): void {
    const before = this.#stream
    const turn = ++this.#turn
    const { url, headers, open } = this.#options
    this.#stream = open(
      {
        url,
        ...(headers && { headers }),
        ...(this.#seen && { lastEventId: formatPosition(this.#seen) }),
        onEvent: (event) => this.#turn === turn && onEvent(event),
        onState: (state) => this.#turn === turn && onState(state),
      },
      this.#since,
    )
    before?.close()
  }

  /** Closes the stream itself. */
  #letGo(): void {
    this.#turn++
    this.#stream?.close()
    this.#stream = undefined
  }

  /** Hands an event on, unless it has been seen. */
  #deliver(event: SseEvent): void {
    if (this.#role === 'closed') return
    const position = event.id === undefined ? undefined : parsePosition(event.id)
    const seen = this.#seen
    if (position && seen && event.event !== 'resync' && !above(position, seen)) {
      // a leader that has seen less begins below: here nothing lies between
      if (event.data === null) this.#options.onEvent({ ...event, id: formatPosition(seen) })
      return
    }
    this.#seen = position ?? seen
    this.#options.onEvent(event)
  }

  #tell(state: StreamState): void {
    const told = JSON.stringify(state)
    if (told === this.#told || this.#role === 'closed') return
    this.#told = told
    this.#options.onState(state)
  }

  #say(saying: Saying): void {
    if (this.#role === 'closed' || this.#role === 'apart') return
    this.#channel.postMessage({ ...saying, from: this.#id })
  }

  #end(): void {
    if (this.#role === 'closed') return
    this.#role = 'closed'
    clearTimeout(this.#watch)
    this.#letGo()
    this.#lock.abort()
    this.#release?.()
    this.#channel.close()
  }
}

/** Whether it is something that only a leader says. */
function tells(talk: Talk): talk is Extract<Talk, { kind: 'welcome' | 'refused' | 'state' | 'event' }> {
  return ['welcome', 'refused', 'state', 'event'].includes(talk.kind)
}
