import { within } from '../deadline.ts'

export interface Renewable<T> {
  /** The open instance; opens one when there is none. One attempt at a time is shared by all who wait. */
  get(): Promise<T>
  /** Puts this instance away, so that the next `get` opens a fresh one. */
  discard(instance: T): void
  close(): Promise<void>
}

/** Keeps one connected client and replaces it after a failure. */
export function renewable<T>(options: {
  open: () => Promise<T>
  close: (instance: T) => Promise<unknown>
  openMs: number
  closeMs: number
}): Renewable<T> {
  let current: Promise<T> | undefined
  let opened: T | undefined
  const closing = new Set<Promise<unknown>>()

  function put(instance: T): void {
    const done = within(options.close(instance), options.closeMs, 'did not disconnect').catch(() => undefined)
    closing.add(done)
    done.finally(() => closing.delete(done))
  }

  async function open(): Promise<T> {
    const attempt = options.open()
    try {
      opened = await within(attempt, options.openMs, 'did not connect')
      return opened
    } catch (error) {
      current = undefined
      attempt.then(put, () => undefined)
      throw error
    }
  }

  return {
    get() {
      current ??= open()
      return current
    },
    discard(instance) {
      if (instance !== opened) return
      current = undefined
      opened = undefined
      put(instance)
    },
    async close() {
      await current?.catch(() => undefined)
      if (opened !== undefined) this.discard(opened)
      await Promise.all(closing)
    },
  }
}
