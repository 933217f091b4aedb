/** Why a partition of `metrics.persisted` may stop, in words, and what `streamgauge doctor` would do about it. */
export const stops = {
  LOG_START: {
    reason: 'the log begins after the records that are due: they are gone',
    remedy: 'go on at the log’s first record; what was in those before it is left out',
  },
  LOG_END: {
    reason: 'the log ends before the records that are due: the topic was made anew or cut off',
    remedy: 'go on at the log’s first record; what was in those before it is left out',
  },
  GAP: {
    reason: 'the record of an ingest record that is due is missing',
    remedy: 'go on at the next record that is there; what was in the missing ones is left out',
  },
  NO_CURSOR: {
    reason: 'there is no cursor for it: the topic was given more partitions',
    remedy: 'make the topic anew with as many as it had, or use another KAFKA_TOPIC_PREFIX; the others go on',
  },
  UNREADABLE: {
    reason: 'a record is not what persist publishes',
    remedy: 'go on after it; what was in it is left out',
  },
} as const

export type StopCode = keyof typeof stops

/** A partition must not go on by itself: going on would leave something out silently. */
export class Stop extends Error {
  override readonly name = 'Stop'
  readonly code: StopCode
  readonly partition: number

  constructor(code: StopCode, partition: number, detail: string) {
    super(`partition ${partition} of metrics.persisted: ${stops[code].reason} (${detail})`)
    this.code = code
    this.partition = partition
  }
}
