import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { unitWord } from './unit.ts'

test('everything that the system agent measures in a unit has it', () => {
  const page = readFileSync(new URL('../../docs/agent.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| (`[a-z].*?) \|.*?\| (.*?) \|$/gm)]
  const units = { '%': '%', bytes: 'bytes', 'bytes/s': 'bytes per second', processes: 'processes' }
  const told = rows.flatMap(([, names, said]) => {
    const unit = units[said.split(/[ ;]/)[0] as keyof typeof units]
    return unit === undefined ? [] : names.split(', ').map((name) => [name.replaceAll('`', ''), unit])
  })
  assert.ok(told.length >= 15, `${told.length} metrics`)
  for (const [metric, unit] of told) assert.equal(unitWord(metric), unit, metric)
})

test('others have the unit that their name ends in, or none', () => {
  assert.equal(unitWord('http_latency_ms'), 'ms')
  assert.equal(unitWord('room.temperature'), null)
})
