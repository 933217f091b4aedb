-- Agents that were enrolled: who may log in at the broker, and the last they said of themselves. Programs that post
-- over HTTP are not here: they are known from their series.
CREATE TABLE agents (
  tenant_id INT UNSIGNED NOT NULL,
  agent_id VARCHAR(63) NOT NULL,
  generation INT UNSIGNED NOT NULL COMMENT 'goes into the password: a higher one ends the one before',
  enrolled_at BIGINT NOT NULL COMMENT 'epoch ms, as all times here',
  revoked_at BIGINT NULL,
  epoch BIGINT NULL COMMENT 'of the run of the agent that the status belongs to; NULL: never heard of',
  status VARCHAR(8) NULL COMMENT 'online or offline, as last told',
  reason VARCHAR(16) NULL COMMENT 'of being offline: lost, stopped or revoked',
  status_at BIGINT NULL COMMENT 'when it was learned',
  declared_at BIGINT NULL COMMENT 'when it was said, by the clock of the agent',
  interval_ms INT UNSIGNED NULL COMMENT 'between its points, as it declares',
  version VARCHAR(64) NULL COMMENT 'of its program',
  inventory JSON NULL,
  PRIMARY KEY (tenant_id, agent_id)
) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_nopad_bin;
