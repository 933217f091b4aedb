-- What rules said before: an edit or a deletion puts the version that it ends here. Pruned by age.
CREATE TABLE alert_rule_versions (
  rule_id INT UNSIGNED NOT NULL,
  version INT UNSIGNED NOT NULL,
  tenant_id INT UNSIGNED NOT NULL,
  name VARCHAR(200) NOT NULL,
  metric_name VARCHAR(200) NOT NULL,
  operator VARCHAR(2) NOT NULL,
  threshold DOUBLE NOT NULL,
  duration_ms BIGINT NOT NULL,
  agent_id VARCHAR(128) NULL,
  tags JSON NOT NULL,
  keep_firing_ms BIGINT NOT NULL,
  clear_threshold DOUBLE NULL,
  no_data VARCHAR(8) NOT NULL,
  severity VARCHAR(16) NOT NULL,
  channels JSON NOT NULL,
  enabled BOOL NOT NULL,
  updated_at BIGINT NOT NULL COMMENT 'it held for what was received from then on, epoch ms',
  ended_at BIGINT NOT NULL COMMENT 'the next one, or the deletion, holds from then on',
  PRIMARY KEY (rule_id, version),
  KEY alert_rule_versions_ended (ended_at)
) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_nopad_bin;
