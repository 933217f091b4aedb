-- Rules. An edit raises `version` by one and sets `updated_at`; rows are never deleted.
CREATE TABLE alert_rules (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  tenant_id INT UNSIGNED NOT NULL,
  name VARCHAR(200) NOT NULL,
  metric_name VARCHAR(200) NOT NULL,
  operator VARCHAR(2) NOT NULL COMMENT '> >= < <= == !=',
  threshold DOUBLE NOT NULL,
  duration_ms BIGINT NOT NULL DEFAULT 0,
  agent_id VARCHAR(128) NULL COMMENT 'NULL: of any agent or none',
  tags JSON NOT NULL DEFAULT '{}' COMMENT 'a series must have all of them',
  keep_firing_ms BIGINT NOT NULL DEFAULT 0,
  clear_threshold DOUBLE NULL,
  no_data VARCHAR(8) NOT NULL DEFAULT 'keep' COMMENT 'keep, alert or ok',
  severity VARCHAR(16) NOT NULL DEFAULT 'warning' COMMENT 'info, warning or critical',
  channels JSON NOT NULL DEFAULT '[]' COMMENT 'ids',
  enabled BOOL NOT NULL DEFAULT TRUE,
  version INT UNSIGNED NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL COMMENT 'epoch ms, as all times here',
  updated_at BIGINT NOT NULL,
  deleted_at BIGINT NULL,
  KEY alert_rules_tenant (tenant_id),
  KEY alert_rules_changes (version, updated_at, deleted_at)
) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- What is known of a rule over a series. Changes only together with the cursor of the group that keeps it.
CREATE TABLE alert_states (
  rule_id INT UNSIGNED NOT NULL,
  series_id INT UNSIGNED NOT NULL,
  tenant_id INT UNSIGNED NOT NULL,
  topic_partition SMALLINT UNSIGNED NOT NULL,
  version INT UNSIGNED NOT NULL COMMENT 'of the rule',
  state VARCHAR(8) NOT NULL COMMENT 'OK, PENDING, FIRING or NO_DATA',
  data JSON NOT NULL COMMENT 'the exact state',
  alert_id BIGINT UNSIGNED NULL COMMENT 'the last transition; NULL: none yet',
  PRIMARY KEY (rule_id, series_id),
  KEY alert_states_partition (topic_partition),
  KEY alert_states_tenant (tenant_id, state)
) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Every transition, in the words of its time.
CREATE TABLE alerts (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  tenant_id INT UNSIGNED NOT NULL,
  rule_id INT UNSIGNED NOT NULL,
  rule_version INT UNSIGNED NOT NULL,
  rule_name VARCHAR(200) NOT NULL,
  severity VARCHAR(16) NOT NULL,
  metric_name VARCHAR(200) NOT NULL,
  agent_id VARCHAR(128) NULL,
  tags JSON NOT NULL,
  series_id INT UNSIGNED NOT NULL,
  from_state VARCHAR(8) NOT NULL,
  to_state VARCHAR(8) NOT NULL,
  reason VARCHAR(16) NOT NULL COMMENT 'threshold, no_data, rule_changed, rule_disabled or rule_deleted',
  value DOUBLE NULL COMMENT 'of the last point; NULL where its absence decided',
  threshold DOUBLE NOT NULL,
  at BIGINT NOT NULL COMMENT 'time of the deciding point, the deadline, or the change of the rule',
  topic_partition SMALLINT UNSIGNED NOT NULL,
  position BIGINT NOT NULL COMMENT 'ingest offset of the last point',
  created_at BIGINT NOT NULL,
  published_at BIGINT NULL COMMENT 'when alerts.transitions had it',
  KEY alerts_tenant (tenant_id, id),
  KEY alerts_at (tenant_id, at),
  KEY alerts_published (published_at, id)
) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE channels (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  tenant_id INT UNSIGNED NOT NULL,
  name VARCHAR(200) NOT NULL,
  type VARCHAR(8) NOT NULL COMMENT 'webhook or email',
  url VARCHAR(2000) NULL,
  secret VARBINARY(64) NULL,
  old_secret VARBINARY(64) NULL COMMENT 'signs too until old_secret_until',
  old_secret_until BIGINT NULL,
  recipients JSON NULL,
  disabled_reason VARCHAR(200) NULL,
  disabled_at BIGINT NULL,
  created_at BIGINT NOT NULL,
  deleted_at BIGINT NULL,
  KEY channels_tenant (tenant_id)
) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- The outbox: what is to be told to whom. Rows are made together with their transition.
CREATE TABLE deliveries (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  tenant_id INT UNSIGNED NOT NULL,
  alert_id BIGINT UNSIGNED NULL COMMENT 'NULL: a test message',
  channel_id INT UNSIGNED NOT NULL,
  kind VARCHAR(16) NOT NULL COMMENT 'firing, resolved, no_data or test',
  after_delivery BIGINT UNSIGNED NULL COMMENT 'that one must be settled first',
  status VARCHAR(10) NOT NULL DEFAULT 'pending' COMMENT 'pending, delivered, failed or muted',
  attempt INT UNSIGNED NOT NULL DEFAULT 0,
  next_at BIGINT NOT NULL,
  leased_until BIGINT NOT NULL DEFAULT 0,
  lease BINARY(16) NULL,
  message_id CHAR(36) NOT NULL,
  last_code INT NULL,
  last_error VARCHAR(500) NULL,
  created_at BIGINT NOT NULL,
  settled_at BIGINT NULL,
  UNIQUE KEY deliveries_once (alert_id, channel_id),
  KEY deliveries_due (status, next_at),
  KEY deliveries_tenant (tenant_id, id)
) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE delivery_attempts (
  delivery_id BIGINT UNSIGNED NOT NULL,
  attempt INT UNSIGNED NOT NULL,
  at BIGINT NOT NULL,
  code INT NULL,
  error VARCHAR(500) NULL,
  took_ms INT UNSIGNED NOT NULL,
  PRIMARY KEY (delivery_id, attempt)
) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_nopad_bin;
