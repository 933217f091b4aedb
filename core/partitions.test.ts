import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from './limits.ts'
import {
  expiredPartitions,
  hoursAhead,
  missingPartitions,
  oldestHours,
  partitionedTables,
  partitionFlaw,
} from './partitions.ts'

const hour = 3_600_000
const now = Date.parse('2026-03-05T10:20:00Z')
const [raw, minutes, , dedupe] = partitionedTables(limits)
const empty = [{ name: 'p0', lessThan: 0 }]

test('a new table gets partitions over what is kept and 48 hours ahead', () => {
  const made = missingPartitions(raw, empty, now)
  assert.equal(made[0].name, 'p2026030410')
  assert.equal(made[0].lessThan, Date.parse('2026-03-04T11:00:00Z'))
  assert.equal(made.at(-1)?.lessThan, Date.parse('2026-03-07T11:00:00Z'))
  assert.ok(hoursAhead(raw, made, now) >= 48)
  const buckets = missingPartitions(dedupe, empty, now)
  assert.equal(buckets[0].lessThan, Math.floor((now - 24 * hour) / (6 * hour)) + 1)
  assert.ok(hoursAhead(dedupe, buckets, now) >= 48)
})

test('a table that is kept up gets one partition an hour, and nothing twice', () => {
  const made = missingPartitions(raw, empty, now)
  assert.deepEqual(missingPartitions(raw, [...empty, ...made], now), [])
  const later = missingPartitions(raw, [...empty, ...made], now + hour)
  assert.deepEqual(
    later.map(({ name }) => name),
    ['p2026030711'],
  )
})

test('after a long absence the gap is closed without a hole', () => {
  const old = missingPartitions(raw, empty, now - 1_000 * hour)
  const made = missingPartitions(raw, [...empty, ...old], now)
  assert.equal(new Set(made.map(({ lessThan }) => lessThan)).size, made.length)
  assert.ok(made[0].lessThan <= now - 24 * hour + hour)
})

test('a partition goes when all of it is older than what is kept, never while an unpublished record needs it', () => {
  const made = [...empty, ...missingPartitions(raw, empty, now)]
  assert.deepEqual(expiredPartitions(raw, made, now), [])
  const later = expiredPartitions(raw, made, now + 3 * hour)
  assert.deepEqual(later, ['p2026030410', 'p2026030411'])
  assert.deepEqual(expiredPartitions(raw, made, 0), [], 'a partition that has published nothing yet')
  const buckets = [...empty, ...missingPartitions(dedupe, empty, now)]
  assert.deepEqual(expiredPartitions(dedupe, buckets, now), [])
  assert.equal(expiredPartitions(dedupe, buckets, now + 7 * hour).length, 1)
})

test('windows have partitions of a day', () => {
  const made = missingPartitions(minutes, empty, now)
  assert.equal(made[0].lessThan, Date.parse('2026-02-27T00:00:00Z'))
  assert.equal(made.at(-1)?.lessThan, Date.parse('2026-03-08T00:00:00Z'))
  assert.deepEqual(expiredPartitions(minutes, made, Date.parse('2026-03-06T00:59:59Z')), [])
  assert.deepEqual(expiredPartitions(minutes, made, Date.parse('2026-03-06T01:00:00Z')), ['p2026022600'])
})

test('a job that fails is told of long before partitions are missing or a table has grown', () => {
  const made = [...empty, ...missingPartitions(raw, empty, now)]
  assert.equal(partitionFlaw(raw, empty, now), null, 'a new table')
  assert.equal(partitionFlaw(raw, made, now), null)
  assert.equal(partitionFlaw(raw, made, now + 12 * hour), null)
  assert.match(partitionFlaw(raw, made, now + 13 * hour) ?? '', /^metrics_raw has partitions for 35 h only/)
  const kept = [...made, ...missingPartitions(raw, made, now + 20 * hour)]
  assert.equal(Math.floor(oldestHours(raw, kept, now + 20 * hour)), 44)
  assert.match(partitionFlaw(raw, kept, now + 20 * hour) ?? '', /^metrics_raw holds 44 h/)
})
