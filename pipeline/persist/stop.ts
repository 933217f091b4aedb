/** Why a partition may stop, in words, and what `streamgauge doctor` would do about it. */
export const stops = {
  LOG_START: {
    reason: 'the log begins after the records that are due: they are gone',
    remedy: 'go on at the log’s first record, and accept what is missing before it',
  },
  LOG_END: {
    reason: 'the log ends before the records that are due: the topic was made anew or cut off',
    remedy: 'take the log as a new one and go on at its first record',
  },
  OTHER_LOG: {
    reason: 'the last persisted record is not what the log holds there: the topic was made anew',
    remedy: 'take the log as a new one and go on at its first record',
  },
  GAP: {
    reason: 'the log has lost records that are due',
    remedy: 'go on at the first record that is left, and accept what is missing before it',
  },
  NO_CURSOR: {
    reason: 'there is no cursor for it: the topic was given more partitions',
    remedy: 'make the topic anew with as many as it had, or use another KAFKA_TOPIC_PREFIX; the others go on',
  },
  ROWS_EXIST: {
    reason: 'rows of the next record are in metrics_raw already: the cursor was set back',
    remedy:
      'restore everything from one consistent backup (mariadb-dump --single-transaction): of one that is not, windows and alerts may be ahead of their cursors, too',
  },
  UNREADABLE: {
    reason: 'a record that was persisted can’t be read any more',
    remedy: 'publish it empty, as a dead record',
  },
} as const

export type StopCode = keyof typeof stops

/** A partition must not go on by itself: going on would skip or double something silently. */
export class Stop extends Error {
  override readonly name = 'Stop'
  readonly code: StopCode
  readonly partition: number

  constructor(code: StopCode, partition: number, detail: string) {
    super(`partition ${partition} of metrics.ingest: ${stops[code].reason} (${detail})`)
    this.code = code
    this.partition = partition
  }
}
