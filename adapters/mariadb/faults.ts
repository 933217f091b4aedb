import { RowsRefused } from './raw.ts'

/** Error numbers with which MariaDB complains of a value, never of a connection, a lock or the time. */
const dataErrors = new Set([
  1048, // column cannot be null
  1264, // out of range
  1265, // truncated
  1292, // incorrect value
  1300, // invalid utf8mb4 character
  1366, // incorrect value for column
  1367, // illegal value
  1406, // too long
  1690, // out of range in an expression
  4025, // CHECK of a JSON column
  4038, // JSON syntax
])
const noPartition = 1526
const statementTimeout = 1969
const tableChanged = 1412

/** True when the statement failed because of the data in it: the same data will fail again. */
export function isDataError(error: unknown): boolean {
  if (error instanceof RowsRefused) return [...error.codes].some((code) => dataErrors.has(code))
  return dataErrors.has((error as { errno?: number }).errno ?? 0)
}

/** True when a row has no partition to go to. */
export function lacksPartition(error: unknown): boolean {
  if (error instanceof RowsRefused) return error.codes.has(noPartition)
  return (error as { errno?: number }).errno === noPartition
}

/** True when MariaDB ended the statement at its `max_statement_time`; the driver has no name for that number. */
export function isStatementTimeout(error: unknown): boolean {
  return (error as { errno?: number }).errno === statementTimeout
}

/** True when a table was altered after the snapshot that it was to be read in: a new snapshot can be read. */
export function isTableChanged(error: unknown): boolean {
  return (error as { errno?: number }).errno === tableChanged
}
