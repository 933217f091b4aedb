import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shortCycles } from './plan.ts'
import { reportOf } from './report.ts'
import { runChaos } from './run.ts'

/** As many as the cycles take on a quiet machine, and no more on a busy one. */
const mostMs = 85_000

test('whatever dies, freezes or is cut: nothing is lost, doubled, left out or told twice', async (t) => {
  const say = (text: string) => t.diagnostic(text)
  const result = await runChaos({
    seed: 1,
    cycles: shortCycles(),
    pointsPerSecond: 600,
    settleMs: 0,
    mostMs,
    say,
  })
  say(reportOf(result))
  assert.ok(result.good, reportOf(result))
  assert.ok(result.counts.acknowledged > 1_000)
})
