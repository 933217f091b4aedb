import { topics } from '@streamgauge/core/topics.ts'

/** One consumer group, or one job: what it reads, what it writes, and what it promises. */
export interface Stage {
  readonly name: string
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  readonly promise: string
  /** Where to begin reading, relative to `pipeline/`. */
  readonly code: string
}

/** The pipeline as data: docs/flow.md tells the same as a story. */
export const flow: readonly Stage[] = [
  {
    name: 'persist',
    reads: [topics.ingest],
    writes: ['series', 'dedupe', 'metrics_raw', 'dead', 'cursors', topics.persisted, topics.deadLetters],
    promise:
      'every record is stored once and published once, in the log’s order, whatever is killed and whenever: ' +
      'rows and cursor commit together, a record is published only after everything before it',
    code: 'persist/persist.ts',
  },
  {
    name: 'retention',
    reads: ['cursors'],
    writes: ['partitions of metrics_raw', 'partitions of dedupe'],
    promise:
      'there is a partition for every row 48 h ahead, and none is dropped that an unpublished record needs',
    code: 'retention/retention.ts',
  },
]
