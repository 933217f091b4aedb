import { Fault } from '@streamgauge/core/fault.ts'

const defaults = { atOnce: 4, waiting: 100, patienceMs: 5_000 }

/** Lets a few work at once and some wait; a pool without connections is no use to anybody else. */
export class Turns {
  readonly #limits: typeof defaults
  #running = 0
  readonly #queue: (() => void)[] = []

  constructor(limits: Partial<typeof defaults> = {}) {
    this.#limits = { ...defaults, ...limits }
  }

  /** Runs `work` when it is its turn. Throws the fault STORE_UNAVAILABLE when that takes too long. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limits.atOnce) await this.#wait()
    else this.#running++
    try {
      return await work()
    } finally {
      // A turn passes to who waits, so nobody can slip in between.
      const next = this.#queue.shift()
      if (next) next()
      else this.#running--
    }
  }

  #wait(): Promise<void> {
    const busy = () =>
      new Fault('STORE_UNAVAILABLE', 'Too many queries are waiting.', { retryAfterSeconds: 2 })
    if (this.#queue.length >= this.#limits.waiting) throw busy()
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#queue.splice(this.#queue.indexOf(go), 1)
        reject(busy())
      }, this.#limits.patienceMs)
      const go = () => {
        clearTimeout(timer)
        resolve()
      }
      this.#queue.push(go)
    })
  }
}
