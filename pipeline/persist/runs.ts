import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'

/**
 * A fleet's batches are small and each is a record: with 16 of them a transaction is mostly lock, commit and
 * publication. A mebibyte is about 30 requests of 1,000 points, and a twentieth of a second.
 */
const limits = { records: 128, bytes: 1024 * 1024 }

/** Cuts records into runs: what one transaction takes, by number and by bytes; a large record goes alone. */
export function runsOf(
  records: readonly LogRecord[],
  { records: most, bytes: mostBytes } = limits,
): LogRecord[][] {
  const runs: LogRecord[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const record of records) {
    const run = runs.at(-1)
    if (!run || run.length === most || bytes + record.value.length > mostBytes) {
      runs.push([record])
      bytes = record.value.length
    } else {
      run.push(record)
      bytes += record.value.length
    }
  }
  return runs
}
