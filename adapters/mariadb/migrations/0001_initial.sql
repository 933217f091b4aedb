-- Names are compared byte by byte: a default server thinks 'a' = 'A'.
CREATE TABLE tenants (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(63) NOT NULL UNIQUE,
  series_limit INT UNSIGNED NULL COMMENT 'NULL: the default of the limits table',
  quota_points_per_second INT UNSIGNED NULL COMMENT 'NULL: the default of the limits table',
  created_at BIGINT NOT NULL
) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE tokens (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  tenant_id INT UNSIGNED NULL COMMENT 'NULL: an operator token',
  hash BINARY(32) NOT NULL UNIQUE COMMENT 'SHA-256 of the token; the token itself is nowhere',
  prefix VARCHAR(16) NOT NULL,
  label VARCHAR(200) NOT NULL,
  scopes VARCHAR(100) NOT NULL COMMENT 'comma-separated',
  origins JSON NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NULL,
  revoked_at BIGINT NULL,
  last_used_at BIGINT NULL,
  KEY tokens_tenant (tenant_id)
) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- The dictionary of series: rows are never deleted.
CREATE TABLE series (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  tenant_id INT UNSIGNED NOT NULL,
  hash BINARY(16) NOT NULL COMMENT 'first half of SHA-256 of the identity',
  metric_name VARCHAR(200) NOT NULL,
  agent_id VARCHAR(128) NULL,
  tags JSON NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE KEY series_hash (tenant_id, hash),
  KEY series_metric (tenant_id, metric_name),
  KEY series_agent (tenant_id, agent_id)
) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Partitions by hour are made ahead and dropped by pipeline/retention; there is never one that takes the rest.
CREATE TABLE metrics_raw (
  series_id INT UNSIGNED NOT NULL,
  ts BIGINT NOT NULL COMMENT 'epoch ms',
  position BIGINT NOT NULL COMMENT 'ingest offset * 32768 + index',
  value DOUBLE NOT NULL,
  PRIMARY KEY (series_id, ts, position)
) PARTITION BY RANGE (ts) (PARTITION p0 VALUES LESS THAN (0));

CREATE TABLE dedupe (
  tenant_id INT UNSIGNED NOT NULL,
  id BINARY(16) NOT NULL,
  bucket INT UNSIGNED NOT NULL COMMENT 'received / 6 h',
  position BIGINT NOT NULL COMMENT 'of the first arrival',
  PRIMARY KEY (tenant_id, id, bucket)
) PARTITION BY RANGE (bucket) (PARTITION p0 VALUES LESS THAN (0));

-- One row for each partition of a group: everything that moves with it commits in the same transaction.
CREATE TABLE cursors (
  consumer_group VARCHAR(32) NOT NULL,
  topic_partition SMALLINT UNSIGNED NOT NULL,
  next_offset BIGINT NOT NULL DEFAULT 0 COMMENT 'the next ingest offset to persist',
  published BIGINT NOT NULL DEFAULT 0 COMMENT 'every offset below is known to be in metrics.persisted',
  published_received BIGINT NOT NULL DEFAULT 0 COMMENT 'received of the last published record',
  fingerprint BINARY(32) NULL COMMENT 'of the record at next_offset - 1',
  version BIGINT NOT NULL DEFAULT 0 COMMENT 'counts changes made by the clock',
  since BIGINT NOT NULL DEFAULT 0 COMMENT 'first offset this group was responsible for',
  PRIMARY KEY (consumer_group, topic_partition)
) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Records that persist could not store; they are always published empty.
CREATE TABLE dead (
  topic_partition SMALLINT UNSIGNED NOT NULL,
  record_offset BIGINT NOT NULL,
  reason VARCHAR(500) NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (topic_partition, record_offset)
) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE VIEW points AS
  SELECT tenants.name AS tenant, series.metric_name, series.agent_id, series.tags,
         metrics_raw.ts, metrics_raw.value
  FROM metrics_raw
  JOIN series ON series.id = metrics_raw.series_id
  JOIN tenants ON tenants.id = series.tenant_id;
