import type { Connection } from './pool.ts'

const load = `LOAD DATA LOCAL INFILE 'memory' INTO TABLE metrics_raw
  FIELDS TERMINATED BY '\\t' LINES TERMINATED BY '\\n' (series_id, ts, position, value)`

/** Rows were sent that MariaDB didn't take. LOAD DATA only warns of it. */
export class RowsRefused extends Error {
  override readonly name = 'RowsRefused'
  readonly sent: number
  readonly affected: number
  /** MariaDB's error numbers, as far as it kept the warnings. */
  readonly codes: ReadonlySet<number>

  constructor(sent: number, affected: number, warnings: readonly Warning[]) {
    const why = warnings[0]?.Message ?? 'no warning was given'
    super(`metrics_raw took ${affected} of ${sent} rows: ${why}`)
    this.sent = sent
    this.affected = affected
    this.codes = new Set(warnings.map(({ Code }) => Code))
  }
}

/** Writes rows of `series_id⇥ts⇥position⇥value↵`, sorted by primary key; throws `RowsRefused` unless all are in. */
export async function loadRaw(connection: Connection, data: Buffer, rows: number): Promise<void> {
  const { affectedRows } = await connection.load(load, data)
  if (affectedRows === rows) return
  throw new RowsRefused(rows, affectedRows, await connection.query<Warning>('SHOW WARNINGS LIMIT 20'))
}

interface Warning {
  readonly Level: string
  readonly Code: number
  readonly Message: string
}
