import { Redis } from 'ioredis'
import { type Breaker, createBreaker, UnavailableError } from '../breaker.ts'
import { DeadlineError } from '../deadline.ts'
import type { Logger } from '../log.ts'

export type { Redis } from 'ioredis'

/** Redis, which may be away at any time: nothing in it is the only copy of anything. */
export interface RedisStore {
  /** False while it is known to be away. */
  readonly available: boolean
  /** Runs commands with a short deadline; throws `UnavailableError`, at once while Redis is known to be away. */
  run<T>(work: (redis: Redis) => Promise<T>): Promise<T>
  /** Round trip in ms; throws when it cannot be reached. */
  ping(): Promise<number>
  close(): void
}

export interface RedisOptions {
  /** `redis://user:password@host:port/db` */
  readonly url: string
  readonly logger: Logger
  /** The longest that a caller waits, ms. */
  readonly deadlineMs?: number
}

// A deadline below what a loaded machine takes to schedule Redis would sign people out under load.
const defaults = { deadlineMs: 250, connectTimeoutMs: 2_000, retryMinMs: 100, retryMaxMs: 1_000 }

/** Opens a connection; succeeds while Redis is away and connects when it comes. */
export function openRedis(options: RedisOptions): RedisStore {
  const redis = new Redis(options.url, {
    connectTimeout: defaults.connectTimeoutMs,
    // Commands must fail now, not wait for a Redis that may come back.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(defaults.retryMinMs * attempt, defaults.retryMaxMs),
  })
  // The breaker tells of it once; without a listener every lost connection is an uncaught error.
  redis.on('error', () => undefined)
  // A process that starts is too busy to hear the first answers in time: what goes by until it has connected is no news.
  let settled = false
  let warned = false
  const warn = (cause: unknown) => {
    warned = true
    options.logger.warn({ err: cause }, 'Redis cannot be reached: going on without it')
  }
  let early: unknown
  const settling = setTimeout(() => {
    settled = true
    if (breaker.away) warn(early)
  }, defaults.connectTimeoutMs)
  settling.unref()
  const breaker: Breaker = createBreaker({
    name: 'Redis',
    probe: () => redis.ping(),
    deadlineMs: options.deadlineMs ?? defaults.deadlineMs,
    isOutage,
    onChange(away, cause) {
      if (away && settled) warn(cause)
      else if (away) early = cause
      else if (warned) options.logger.info('Redis can be reached again')
      if (!away) warned = false
    },
  })
  return {
    get available() {
      return !breaker.away
    },
    run: (work) => breaker.run(() => work(redis)),
    async ping() {
      const start = performance.now()
      await redis.ping()
      return performance.now() - start
    },
    close() {
      clearTimeout(settling)
      breaker.close()
      redis.disconnect()
    },
  }
}

/** An answer of the server such as WRONGTYPE is our mistake; everything else means that it cannot be used now. */
function isOutage(error: unknown): boolean {
  if (error instanceof DeadlineError || error instanceof UnavailableError) return true
  return (
    !(error instanceof Error && error.name === 'ReplyError') ||
    /^(LOADING|READONLY|OOM|MASTERDOWN|NOAUTH|MISCONF)/.test(error.message)
  )
}
