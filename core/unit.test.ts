import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Unit, unitOf } from './unit.ts'

test('the unit is the last word of the name, and other names have none', () => {
  const table: [string, Unit][] = [
    ['cpu.percent', 'percent'],
    ['memory.used_bytes', 'bytes'],
    ['http_latency_ms', 'ms'],
    ['job.seconds', 's'],
    ['requests_per_second', 'rate'],
    ['items', 'none'],
    ['alarms', 'none'],
    ['temperature', 'none'],
  ]
  for (const [metric, unit] of table) assert.equal(unitOf(metric), unit, metric)
})
