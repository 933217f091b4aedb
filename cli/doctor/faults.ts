/** What `streamgauge doctor` looks for in an installation, and what helps; what stops a partition is told beside it. */
export const faults = {
  MARIADB_UNREACHABLE: { remedy: 'Start MariaDB, or mend host and port in DATABASE_URL.' },
  MARIADB_REFUSES: {
    remedy:
      'Mend user, password and database in DATABASE_URL, with ?ssl=true where the server wants TLS, or grant that user its rights.',
  },
  MARIADB_READ_ONLY: { remedy: 'Name the primary in DATABASE_URL, or SET GLOBAL read_only = 0.' },
  LOCAL_INFILE_OFF: { remedy: 'Start MariaDB with local_infile=1: points are written with LOAD DATA LOCAL.' },
  PACKET_TOO_SMALL: { remedy: 'Start MariaDB with max_allowed_packet=16M or more.' },
  COMMITS_NOT_FLUSHED: {
    remedy: 'Start MariaDB with innodb_flush_log_at_trx_commit=1: a crash of its machine would undo commits.',
  },
  CLOCK_SKEW: { remedy: 'Let every machine follow the same time server (chrony, systemd-timesyncd).' },
  SCHEMA_MISSING: { remedy: 'Run streamgauge init of this version before its roles.' },
  SCHEMA_NEWER: {
    remedy: 'Start the version that migrated the tables, or a newer one: there is no way back.',
  },
  PARTITIONS_BEHIND: {
    remedy: 'Start a pipeline: its job makes and drops partitions; its log says what is in its way.',
  },
  DISK_NEARLY_FULL: { remedy: 'Give MariaDB more room, or shorten RAW_RETENTION and restart the pipelines.' },
  LOG_UNREACHABLE: {
    remedy:
      'Start the log, or mend KAFKA_BROKERS and the other KAFKA_ variables; brokers must advertise names that resolve here.',
  },
  TOPIC_MISSING: { remedy: 'Run streamgauge init, with the KAFKA_TOPIC_PREFIX of the roles.' },
  TOPIC_SHAPE: {
    remedy:
      'Use another KAFKA_TOPIC_PREFIX and run init: with another number of partitions tenants have moved.',
  },
  NOT_PERSISTING: {
    remedy: 'Start a pipeline, or see the log of the one that runs; what waits is safe in the log.',
  },
  DEAD_LETTERS: {
    remedy: 'See streamgauge dlq list; mend the cause, then streamgauge dlq replay.',
    isNote: true,
  },
  REDIS_UNREACHABLE: { remedy: 'Start Redis, or mend host and port in REDIS_URL.' },
  REDIS_REFUSES: { remedy: 'Mend user, password and database in REDIS_URL.' },
  REDIS_FULL: {
    remedy:
      'Set maxmemory-policy volatile-lru: with noeviction Redis refuses to write once maxmemory is reached.',
  },
  REDIS_NOT_SAVED: { remedy: 'Set save 300 1: else a restart of Redis signs everybody out.', isNote: true },
  BROKER_UNREACHABLE: { remedy: 'Start Mosquitto, or mend host and port in MQTT_URL and MQTT_ADMIN_URL.' },
  BROKER_REFUSES: {
    remedy:
      'Run streamgauge broker init on its dynamic-security.json while Mosquitto is stopped, with these URLs.',
  },
  BROKER_LOGINS: { remedy: 'Start a gateway: it gives agents back their logins within 10 s.' },
} as const satisfies Record<string, { readonly remedy: string; readonly isNote?: boolean }>

export type FaultCode = keyof typeof faults

/** Something that is wrong, or worth knowing. */
export interface Found {
  readonly code: FaultCode
  /** What was seen. */
  readonly detail: string
}

/** True for what stops nothing. */
export function isNote({ code }: Found): boolean {
  return 'isNote' in faults[code]
}

export function foundLine({ code, detail }: Found): string {
  return `${code}: ${detail}\n  ${faults[code].remedy}`
}

/** An error in one line, with the reasons behind it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message, code, cause } = error as Error & { code?: string }
  const own = message || code || error.name
  return cause instanceof Error && !own.includes(cause.message) ? `${own}: ${reasonOf(cause)}` : own
}
