import { type Breaker, createBreaker, UnavailableError } from '@streamgauge/adapters/breaker.ts'
import { DeadlineError } from '@streamgauge/adapters/deadline.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import { type Database, isConnectionError, type Queryable } from '@streamgauge/adapters/mariadb/pool.ts'

/** The longest that a small read may take, ms. */
const deadlineMs = 2_500

/** Small reads from MariaDB that nobody waits long for: while it is away they fail at once. */
export interface Store {
  readonly away: boolean
  /** Throws `UnavailableError` while MariaDB is away. */
  read<T>(work: (db: Queryable) => Promise<T>): Promise<T>
  close(): void
}

export function openStore(database: Database, logger: Logger): Store {
  const breaker: Breaker = createBreaker({
    name: 'MariaDB',
    probe: () => database.query('SELECT 1'),
    deadlineMs,
    isOutage: (error) =>
      error instanceof DeadlineError || error instanceof UnavailableError || isConnectionError(error),
    onChange: (away, cause) =>
      away
        ? logger.warn({ err: cause }, 'MariaDB cannot be reached: history and lists wait for it')
        : logger.info('MariaDB can be reached again: history and lists are back'),
  })
  return {
    get away() {
      return breaker.away
    },
    read: (work) => breaker.run(() => work(database)),
    close: () => breaker.close(),
  }
}
