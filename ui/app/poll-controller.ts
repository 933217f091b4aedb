import type { ReactiveController, ReactiveElement } from 'lit'
import { ApiError, isRefusal } from '../api/client.ts'

/** After a failure it is read again this soon, or sooner where it is read more often, ms. */
const retryMs = 2000

/** Reads something again and again while its element is on the page and the tab is looked at. */
export class PollController<T> implements ReactiveController {
  value: T | undefined
  error: string | undefined
  /** What has failed; undefined while it works. */
  failure: unknown
  readonly #host: ReactiveElement
  readonly #read: (signal: AbortSignal) => Promise<T> | undefined
  readonly #everyMs: number
  #abort: AbortController | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param read undefined while there is nothing to read yet */
  constructor(host: ReactiveElement, everyMs: number, read: (signal: AbortSignal) => Promise<T> | undefined) {
    this.#host = host
    this.#everyMs = everyMs
    this.#read = read
    host.addController(this)
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.#look)
    void this.now()
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#look)
    this.#stop()
  }

  /** Forgets what was read: it was about something else. */
  reset(): void {
    this.value = undefined
    this.#works()
    void this.now()
  }

  /** Reads at once. */
  async now(): Promise<void> {
    this.#stop()
    const abort = new AbortController()
    this.#abort = abort
    try {
      const value = await this.#read(abort.signal)
      if (abort.signal.aborted) return
      if (value !== undefined) {
        this.value = value
        this.#works()
      }
    } catch (error) {
      if (abort.signal.aborted) return
      this.failure = error
      this.error = error instanceof Error ? error.message : String(error)
    }
    this.#host.requestUpdate()
    this.#timer = setTimeout(() => void this.now(), this.#nextMs())
  }

  #nextMs(): number {
    const { failure } = this
    if (failure instanceof ApiError && failure.retryAfterMs > 0) return failure.retryAfterMs
    if (failure !== undefined) return isRefusal(failure) ? this.#everyMs : Math.min(retryMs, this.#everyMs)
    return this.value === undefined ? 100 : this.#everyMs
  }

  #works(): void {
    this.failure = undefined
    this.error = undefined
  }

  #stop(): void {
    this.#abort?.abort()
    clearTimeout(this.#timer)
  }

  #look = () => {
    if (document.hidden) this.#stop()
    else void this.now()
  }
}
