import { Readable } from 'node:stream'
import type { Connection as CallbackConnection } from 'mysql2'
import mysql from 'mysql2/promise'

export type Param = string | number | bigint | boolean | null | Buffer | readonly (readonly unknown[])[]
export type Row = Record<string, unknown>

export interface Written {
  readonly affectedRows: number
  readonly insertId: number
}

/** What runs statements: the pool, or one connection of it. */
export interface Queryable {
  /** Rows of a SELECT (or of INSERT … RETURNING). `?` takes params, escaped by the driver. */
  query<T extends object = Row>(sql: string, params?: readonly Param[]): Promise<T[]>
  /** A statement without rows. */
  execute(sql: string, params?: readonly Param[]): Promise<Written>
}

/** One connection, for transactions and sessions with settings of their own. */
export interface Connection extends Queryable {
  begin(): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
  /** `LOAD DATA LOCAL INFILE` from memory: `sql` names the file as 'memory'. */
  load(sql: string, data: Buffer): Promise<Written>
  /** The server's number of this connection, for `KILL QUERY`. */
  readonly id: number
  /** Hands over the rows of a SELECT one by one as they arrive, columns in order; nothing is collected. */
  each(sql: string, params: readonly Param[], onRow: (row: readonly unknown[]) => void): Promise<void>
  /** Gives a healthy connection back to the pool. */
  release(): void
  /** Closes it at once: for a connection whose state is not known, such as after a time-out. */
  destroy(): void
}

export interface Database extends Queryable {
  connection(): Promise<Connection>
  /** Runs `work` between BEGIN and COMMIT; rolls back and throws on when it throws. */
  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  /** Round trip in ms; throws when the server cannot be reached within `timeoutMs`. */
  ping(timeoutMs?: number): Promise<number>
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** `mysql://user:password@host:port/database`; `?ssl=true` encrypts, and asks for a certificate of that host. */
  readonly url: string
  readonly connectionLimit?: number
  /** Statements run on every new connection, such as `SET SESSION innodb_lock_wait_timeout = 3`. */
  readonly session?: readonly string[]
  /** Ends a statement, and with it its connection, that takes longer. */
  readonly statementTimeoutMs?: number
}

const defaults = {
  connectionLimit: 8,
  statementTimeoutMs: 30_000,
  connectTimeoutMs: 5_000,
  pingTimeoutMs: 1_000,
}

/** Opens a pool; connects lazily, so it succeeds while the server is away. */
export function openDatabase(options: DatabaseOptions): Database {
  const timeout = options.statementTimeoutMs ?? defaults.statementTimeoutMs
  const pool = mysql.createPool({
    uri: options.url,
    ssl: URL.parse(options.url)?.searchParams.get('ssl') === 'true' ? { verifyIdentity: true } : undefined,
    connectionLimit: options.connectionLimit ?? defaults.connectionLimit,
    connectTimeout: defaults.connectTimeoutMs,
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    supportBigNumbers: true,
    // Without it the driver reads JSON columns as text on MariaDB, as wanted; dates stay epoch ms by schema.
    dateStrings: true,
    flags: ['LOCAL_FILES', '-FOUND_ROWS'],
  })
  const prepared = new WeakSet<object>()

  async function acquire(): Promise<mysql.PoolConnection> {
    const connection = await pool.getConnection()
    if (prepared.has(connection.connection)) return connection
    try {
      for (const sql of options.session ?? []) await connection.query({ sql, timeout })
    } catch (error) {
      // Kept, it would take a place of the pool for ever.
      connection.destroy()
      throw error
    }
    prepared.add(connection.connection)
    return connection
  }

  async function borrowed<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = wrap(await acquire(), timeout)
    try {
      const result = await work(connection)
      connection.release()
      return result
    } catch (error) {
      if (isConnectionError(error)) connection.destroy()
      else connection.release()
      throw error
    }
  }

  return {
    query: (sql, params) => borrowed((connection) => connection.query(sql, params)),
    execute: (sql, params) => borrowed((connection) => connection.execute(sql, params)),
    connection: async () => wrap(await acquire(), timeout),
    transaction: (work) =>
      borrowed(async (connection) => {
        await connection.begin()
        try {
          const result = await work(connection)
          await connection.commit()
          return result
        } catch (error) {
          if (!isConnectionError(error)) await connection.rollback()
          throw error
        }
      }),
    async ping(timeoutMs = defaults.pingTimeoutMs) {
      const start = performance.now()
      const answered = borrowed((connection) => connection.query('SELECT 1'))
      answered.catch(() => undefined)
      await within(answered, timeoutMs, 'MariaDB did not answer')
      return performance.now() - start
    },
    close: () => pool.end(),
  }
}

/** True when the connection, not the statement, is at fault: nothing more can be said on it. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { fatal, code } = error as Error & { fatal?: boolean; code?: string }
  return fatal === true || /^(PROTOCOL_|ECONN|EPIPE|ETIMEDOUT|ER_SERVER_SHUTDOWN)/.test(code ?? '')
}

function wrap(connection: mysql.PoolConnection, timeout: number): Connection {
  return {
    async query<T extends object>(sql: string, params: readonly Param[] = []) {
      const [rows] = await connection.query({ sql, timeout }, params as unknown[])
      return rows as T[]
    },
    async execute(sql, params = []) {
      const [result] = await connection.query({ sql, timeout }, params as unknown[])
      return result as mysql.ResultSetHeader
    },
    async load(sql, data) {
      const options = { sql, timeout, infileStreamFactory: () => Readable.from([data]) }
      const [result] = await connection.query(options)
      return result as unknown as mysql.ResultSetHeader
    },
    id: connection.threadId,
    each: (sql, params, onRow) =>
      new Promise((resolve, reject) => {
        // Only the driver's callback interface hands over rows before the last one is there; its types hide it.
        const plain = connection.connection as unknown as CallbackConnection
        const query = plain.query({ sql, timeout, rowsAsArray: true }, params as unknown[])
        query.on('result', (row) => onRow(row as unknown as unknown[]))
        query.on('error', reject)
        query.on('end', resolve)
      }),
    async begin() {
      await connection.query({ sql: 'START TRANSACTION', timeout })
    },
    async commit() {
      await connection.query({ sql: 'COMMIT', timeout })
    },
    async rollback() {
      await connection.query({ sql: 'ROLLBACK', timeout })
    },
    release: () => connection.release(),
    destroy: () => connection.destroy(),
  }
}

async function within<T>(promise: Promise<T>, ms: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error(message), { code: 'ETIMEDOUT' })), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
