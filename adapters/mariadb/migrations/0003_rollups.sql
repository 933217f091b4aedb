-- Windows of a minute and of five: what is known of the points of one series in one of them. They hold state, not
-- differences, and change only together with the cursor of the group that keeps them. Partitions of a day.
CREATE TABLE metrics_1m (
  series_id INT UNSIGNED NOT NULL,
  ts BIGINT NOT NULL COMMENT 'start of the window, epoch ms',
  count BIGINT UNSIGNED NOT NULL,
  sum DOUBLE NOT NULL,
  min DOUBLE NOT NULL,
  max DOUBLE NOT NULL,
  first DOUBLE NOT NULL COMMENT 'value with the least ts; of several, the one that arrived first',
  first_ts BIGINT NOT NULL,
  last DOUBLE NOT NULL COMMENT 'value with the greatest ts; of several, the one that arrived last',
  last_ts BIGINT NOT NULL,
  PRIMARY KEY (series_id, ts)
) PARTITION BY RANGE (ts) (PARTITION p0 VALUES LESS THAN (0));

CREATE TABLE metrics_5m (
  series_id INT UNSIGNED NOT NULL,
  ts BIGINT NOT NULL COMMENT 'start of the window, epoch ms',
  count BIGINT UNSIGNED NOT NULL,
  sum DOUBLE NOT NULL,
  min DOUBLE NOT NULL,
  max DOUBLE NOT NULL,
  first DOUBLE NOT NULL COMMENT 'as in metrics_1m',
  first_ts BIGINT NOT NULL,
  last DOUBLE NOT NULL COMMENT 'as in metrics_1m',
  last_ts BIGINT NOT NULL,
  PRIMARY KEY (series_id, ts)
) PARTITION BY RANGE (ts) (PARTITION p0 VALUES LESS THAN (0));

ALTER TABLE cursors
  ADD COLUMN topic_offset BIGINT NOT NULL DEFAULT 0
  COMMENT 'groups that read metrics.persisted: the next offset there; next_offset is the next src';

CREATE VIEW points_1m AS
  SELECT tenants.name AS tenant, series.metric_name, series.agent_id, series.tags, metrics_1m.ts,
         metrics_1m.count, metrics_1m.sum, metrics_1m.min, metrics_1m.max,
         metrics_1m.first, metrics_1m.first_ts, metrics_1m.last, metrics_1m.last_ts
  FROM metrics_1m
  JOIN series ON series.id = metrics_1m.series_id
  JOIN tenants ON tenants.id = series.tenant_id;

CREATE VIEW points_5m AS
  SELECT tenants.name AS tenant, series.metric_name, series.agent_id, series.tags, metrics_5m.ts,
         metrics_5m.count, metrics_5m.sum, metrics_5m.min, metrics_5m.max,
         metrics_5m.first, metrics_5m.first_ts, metrics_5m.last, metrics_5m.last_ts
  FROM metrics_5m
  JOIN series ON series.id = metrics_5m.series_id
  JOIN tenants ON tenants.id = series.tenant_id;
