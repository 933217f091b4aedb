import assert from 'node:assert/strict'
import { test } from 'node:test'
import { partitionedTables } from '@streamgauge/core/partitions.ts'
import { readConfig } from './config.ts'

const given = { KAFKA_BROKERS: 'b:9092', DATABASE_URL: 'mysql://d', REDIS_URL: 'redis://r' }
const daySeconds = 86_400
const longest = { RAW_RETENTION: 330, ROLLUP_1M_RETENTION: 8_000, ROLLUP_5M_RETENTION: 8_000 }

for (const [name, days] of Object.entries(longest)) {
  test(`${name} is refused by name where its table would need more partitions than MariaDB has`, () => {
    const config = readConfig({ ...given, [name]: String(days * daySeconds) })
    // With two days ahead and a day that is dropped late.
    for (const { keepMs, stepMs } of partitionedTables(config.limits))
      assert.ok((keepMs + 3 * daySeconds * 1_000) / stepMs < 8_192)
    assert.throws(() => readConfig({ ...given, [name]: String(days * daySeconds + 1) }), {
      message: `${name} must be at most ${days * daySeconds} seconds (${days} days), not "${days * daySeconds + 1}"`,
    })
  })
}
