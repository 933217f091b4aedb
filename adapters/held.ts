import { UnavailableError } from './breaker.ts'

export interface HeldOptions<T> {
  /** Answers younger than this come from memory, ms. */
  readonly freshMs: number
  /** Answers younger than this come from memory too, while a new one is fetched in the background, ms. */
  readonly refreshMs: number
  /** While the source is away, answers younger than this stay valid, ms. */
  readonly staleMs: number
  /** Whether an answer may be kept beyond `refreshMs` while the source is away. */
  readonly mayServeStale: (value: T) => boolean
  /** Answers of each kind (stale-able and not) that are remembered; the oldest go first. */
  readonly capacity: number
  /** Callers that may wait for a first answer at once; more are told that the source is away. */
  readonly maxWaiting: number
  /** Milliseconds of a clock that never steps. */
  readonly now?: () => number
}

/** A cache of answers from a source that may be away. */
export interface Held<T> {
  /** Throws `UnavailableError` when the source is away and no answer is held. */
  get(key: string, load: () => Promise<T>): Promise<T>
  /** Puts in an answer that was read at `readAt`. */
  put(key: string, value: T, readAt: number): void
}

interface Entry<T> {
  readonly value: T
  /** When the read began: what changed later is not in it. */
  readonly readAt: number
}

export function createHeld<T>(options: HeldOptions<T>): Held<T> {
  const now = options.now ?? (() => performance.now())
  // Two maps, so that a flood of worthless keys never pushes out an answer that an outage may need.
  const keepers = new Map<string, Entry<T>>()
  const others = new Map<string, Entry<T>>()
  const loading = new Map<string, Promise<T>>()

  function put(key: string, value: T, readAt: number): void {
    keepers.delete(key)
    others.delete(key)
    const map = options.mayServeStale(value) ? keepers : others
    map.set(key, { value, readAt })
    if (map.size > options.capacity) {
      const [oldest] = map.keys()
      map.delete(oldest)
    }
  }

  function refresh(key: string, load: () => Promise<T>): Promise<T> {
    let running = loading.get(key)
    if (!running) {
      const readAt = now()
      running = load()
        .then((value) => {
          put(key, value, readAt)
          return value
        })
        .finally(() => loading.delete(key))
      loading.set(key, running)
    }
    return running
  }

  return {
    put,
    async get(key, load) {
      const held = keepers.get(key) ?? others.get(key)
      const age = held ? now() - held.readAt : Number.POSITIVE_INFINITY
      if (held && age < options.freshMs) return held.value
      if (held && age < options.refreshMs) {
        refresh(key, load).catch(() => undefined)
        return held.value
      }
      try {
        if (!held && loading.size >= options.maxWaiting && !loading.has(key)) {
          throw new UnavailableError('too many first look-ups at once')
        }
        return await refresh(key, load)
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error
        if (held && age < options.staleMs && options.mayServeStale(held.value)) return held.value
        throw error
      }
    },
  }
}
