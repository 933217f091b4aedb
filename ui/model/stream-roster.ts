interface Here {
  readonly kind: 'here'
  readonly id: string
  readonly since: number
  /** Those who hear it say that they are here as well. */
  readonly ask: boolean
}

type Talk = Here | { readonly kind: 'gone'; readonly id: string }

export interface RosterOptions {
  /** Streams of one name share the places. */
  readonly name: string
  /** Places. */
  readonly most: number
  /** Who came first, epoch ms, has a place before others. */
  readonly since: number
  /** Whether there is a place: told at once, and with every change. */
  readonly onTurn: (mine: boolean) => void
  /** Who has no place asks this often who is left: a tab that crashed takes no leave, ms. */
  readonly surveyMs?: number
  /** Answers to that come within this, ms. */
  readonly answerMs?: number
}

/**
 * The places for streams that a browser has for one server: HTTP/1.1 gives it six connections, and once streams hold
 * all of them nothing loads any more, in no tab, and nobody is told why. Tabs tell each other who is here since when.
 * One that is new assumes that there is a place until it hears of too many before it.
 */
export class StreamRoster {
  readonly #id = crypto.getRandomValues(new Uint32Array(4)).join('-')
  readonly #options: RosterOptions
  readonly #channel: BroadcastChannel
  readonly #others = new Map<string, number>()
  readonly #answered = new Set<string>()
  #mine: boolean | undefined
  #left = false
  #survey: ReturnType<typeof setTimeout> | undefined

  constructor(options: RosterOptions) {
    this.#options = options
    this.#channel = new BroadcastChannel(options.name)
    this.#channel.onmessage = ({ data }: MessageEvent) => this.#hear(data as Talk)
    this.#here(true)
    this.#judge()
  }

  /** Gives the place away. */
  leave(): void {
    if (this.#left) return
    this.#left = true
    clearTimeout(this.#survey)
    this.#say({ kind: 'gone', id: this.#id })
    this.#channel.close()
  }

  #hear(talk: Talk): void {
    if (talk.kind === 'gone') this.#others.delete(talk.id)
    else {
      this.#others.set(talk.id, talk.since)
      this.#answered.add(talk.id)
      if (talk.ask) this.#here(false)
    }
    this.#judge()
  }

  #judge(): void {
    const mine = rank(this.#id, this.#options.since, this.#others) < this.#options.most
    if (mine === this.#mine) return
    this.#mine = mine
    clearTimeout(this.#survey)
    if (!mine) this.#askLater()
    this.#options.onTurn(mine)
  }

  #askLater(): void {
    const { surveyMs = 5_000, answerMs = 1_000 } = this.#options
    this.#survey = setTimeout(() => {
      this.#answered.clear()
      this.#here(true)
      this.#survey = setTimeout(() => {
        for (const id of this.#others.keys()) if (!this.#answered.has(id)) this.#others.delete(id)
        this.#askLater()
        this.#judge()
      }, answerMs)
    }, surveyMs)
  }

  #here(ask: boolean): void {
    this.#say({ kind: 'here', id: this.#id, since: this.#options.since, ask })
  }

  #say(talk: Talk): void {
    this.#channel.postMessage(talk)
  }
}

/** How many of the others come before this one: by when they came, then by id. */
function rank(id: string, since: number, others: ReadonlyMap<string, number>): number {
  let before = 0
  for (const [other, came] of others) if (came < since || (came === since && other < id)) before++
  return before
}
