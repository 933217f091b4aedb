import { within } from './deadline.ts'

/** A service is known to be away: nobody waits for it until a probe has reached it again. */
export class UnavailableError extends Error {}

export interface BreakerOptions {
  readonly name: string
  /** A cheap round trip; tried until it succeeds while the service is away. */
  readonly probe: () => Promise<unknown>
  /** The longest that a caller waits. */
  readonly deadlineMs: number
  /** Between two probes. */
  readonly probeEveryMs?: number
  /** True when an error means "cannot be reached" and not "refuses this". */
  readonly isOutage: (error: unknown) => boolean
  readonly onChange?: (away: boolean, cause: unknown) => void
}

export interface Breaker {
  /** True while the service is known to be away. */
  readonly away: boolean
  /** Runs `work` with the deadline; throws `UnavailableError` at once while the service is away. */
  run<T>(work: () => Promise<T>): Promise<T>
  close(): void
}

const defaultProbeEveryMs = 250

/**
 * Turns a hung or dead service into one short wait: the first caller meets the deadline, the others are told at
 * once, and a probe in the background finds out when it is back.
 */
export function createBreaker(options: BreakerOptions): Breaker {
  let away = false
  let closed = false
  let timer: NodeJS.Timeout | undefined

  function turn(next: boolean, cause: unknown): void {
    if (away === next || closed) return
    away = next
    options.onChange?.(away, cause)
    if (away) probeLater()
  }

  function probeLater(): void {
    timer = setTimeout(probe, options.probeEveryMs ?? defaultProbeEveryMs)
    timer.unref()
  }

  async function probe(): Promise<void> {
    try {
      await within(options.probe(), options.deadlineMs, `${options.name} did not answer`)
      turn(false, undefined)
    } catch {
      if (!closed) probeLater()
    }
  }

  return {
    get away() {
      return away
    },
    async run(work) {
      if (away) throw new UnavailableError(`${options.name} is away`)
      try {
        return await within(work(), options.deadlineMs, `${options.name} did not answer`)
      } catch (error) {
        if (!options.isOutage(error)) throw error
        turn(true, error)
        throw new UnavailableError(`${options.name} is away`, { cause: error })
      }
    },
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}
