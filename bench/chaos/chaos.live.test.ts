import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shortCycles } from './plan.ts'
import { reportOf } from './report.ts'
import { runChaos } from './run.ts'

/** Several times what the cycles take on a quiet machine: one that is too busy for all of them has tested nothing. */
const mostMs = 300_000
/** A message that failed twice waits five minutes, and the alerts are judged when all of them are through. */
const timeout = 580_000

test('whatever dies, freezes or is cut: nothing is lost, doubled, left out or told twice', {
  timeout,
}, async (t) => {
  const say = (text: string) => t.diagnostic(text)
  const cycles = shortCycles()
  const result = await runChaos({ seed: 1, cycles, pointsPerSecond: 600, settleMs: 0, mostMs, say })
  say(reportOf(result))
  assert.ok(result.good, reportOf(result))
  assert.equal(result.cycles.length, cycles.length, reportOf(result))
  assert.ok(result.counts.acknowledged > 1_000)
})
