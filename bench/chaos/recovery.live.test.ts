import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cycle } from './plan.ts'
import { type CycleResult, runChaos } from './run.ts'

const pipelines = 3
/** The supervisor starts a process that lived for 10 s at once again: three of them take their turns in more. */
const settleMs = 4_000
const promisedMs = 2_000
/** Windows are written once a second, and so are states of rules. */
const followMs = 1_000
/** Of a member in its group; a dead one whose place nobody takes holds its group up for so long. */
const sessionMs = 10_000

/**
 * The machine may be busy with something else; then the start of a process alone takes longer than is promised. Once it
 * is live it has as much to do again: it joins its groups, reads its cursors and what has waited.
 */
function isKept({ recoveryMs, rollupMs, alertMs, startMs }: CycleResult): boolean {
  const most = Math.min(sessionMs, Math.max(promisedMs, 3 * startMs))
  const [moved, rolledUp, alerted] = [recoveryMs, rollupMs, alertMs].map(
    (ms) => ms ?? Number.POSITIVE_INFINITY,
  )
  return moved <= most && rolledUp <= most + followMs && alerted <= most + followMs
}

test('a killed pipeline is back within 2 s, as the member it was, and rollups and alerts with it', async (t) => {
  const round = Array.from({ length: pipelines }, (_, slot): Cycle => [{ kind: 'kill pipeline', slot }])
  // Each is killed twice: what the machine did meanwhile may spoil one of its kills, not both.
  const options = {
    seed: 1,
    cycles: [...round, ...round],
    pipelines,
    http: 1,
    pointsPerSecond: 400,
    settleMs,
  }
  const { cycles, good } = await runChaos({ ...options, say: (text) => t.diagnostic(text) })
  assert.ok(good)
  const told = cycles.map(({ recoveryMs, rollupMs, alertMs, startMs }) => {
    return `${recoveryMs} ms, rollups ${rollupMs}, alerts ${alertMs}, the start alone ${startMs}`
  })
  t.diagnostic(told.join('; '))
  for (const slot of round.keys())
    assert.ok(
      isKept(cycles[slot]) || isKept(cycles[slot + pipelines]),
      `pipeline ${slot + 1}: ${told.join('; ')}`,
    )
})
