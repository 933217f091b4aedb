/** Partitions of the two metric topics: fixed when they are created, stored, and checked at every start. */
export const metricPartitions = 12

/** The topics. The key of a metric record is its tenant, so a tenant lives in one partition. */
export const topics = {
  /** Accepted batches, in the order of acceptance. */
  ingest: 'metrics.ingest',
  /** One record for each ingest record, holding what was kept; header `src` is the ingest offset. */
  persisted: 'metrics.persisted',
  /** Records that could not be persisted, with reason and position. */
  deadLetters: 'metrics.dlq',
  /** Every change of state of an alert at least once, by tenant in the order of their ids. */
  transitions: 'alerts.transitions',
} as const

/** Header of a `metrics.persisted` record: the offset of the ingest record it stands for. */
export const srcHeader = 'src'

/** The consumer group that persists: its cursors say how far the store and `metrics.persisted` are. */
export const persistGroup = 'persist'

/** The consumer group that keeps the windows of 1 and 5 minutes: its cursors say how far those are. */
export const rollupGroup = 'rollup'

/** The consumer group that holds points against rules: its cursors say how far alerts are decided. */
export const alertGroup = 'alert'
