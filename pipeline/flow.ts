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
    name: 'rollup',
    reads: [topics.persisted],
    writes: ['metrics_1m', 'metrics_5m', 'cursors'],
    promise:
      'windows are what a recompute from metrics_raw gives, whatever is killed and whenever: windows and cursor ' +
      'commit together, about once a second; a late point reopens its window',
    code: 'rollup/rollup.ts',
  },
  {
    name: 'alert',
    reads: [topics.persisted, 'alert_rules', 'alert_rule_versions'],
    writes: ['alert_states', 'alerts', 'deliveries', 'cursors', topics.transitions],
    promise:
      'every transition is decided, recorded and put into the outbox once, whatever is killed and whenever: states, ' +
      'transitions, news and cursor commit together; alerts.transitions has each at least once',
    code: 'alert/alert.ts',
  },
  {
    name: 'notify',
    reads: ['deliveries', 'channels', 'alerts', 'agents'],
    writes: ['deliveries', 'delivery_attempts', 'channels', 'receivers of webhooks, mailboxes'],
    promise:
      'every message arrives or is given up after three days of tries, in order for each channel, whatever is killed ' +
      'and whenever; what is sent again comes under the same id',
    code: 'notify/notify.ts',
  },
  {
    name: 'retention',
    reads: ['cursors'],
    writes: ['partitions of metrics_raw, metrics_1m, metrics_5m and dedupe'],
    promise:
      'there is a partition for every row 48 h ahead, and none is dropped that an unpublished record needs',
    code: 'retention/retention.ts',
  },
  {
    name: 'alert retention',
    reads: ['alert_states', 'alerts', 'deliveries'],
    writes: ['alerts', 'deliveries', 'delivery_attempts', 'alert_rule_versions'],
    promise:
      'what is older than it is kept goes, but no message that waits, and nothing that an alert that goes on needs',
    code: 'retention/alerts.ts',
  },
]
