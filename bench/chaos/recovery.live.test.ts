import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cycle } from './plan.ts'
import { runChaos } from './run.ts'

test('a killed pipeline is most often back within 2 s, as the member it was', async (t) => {
  // In turn: the supervisor waits the longer the more often one of them has died.
  const kills = [0, 1, 2, 0, 1].map((slot): Cycle => [{ kind: 'kill pipeline', slot }])
  const options = { seed: 1, cycles: kills, pipelines: 3, http: 1, pointsPerSecond: 400 }
  const { cycles, good } = await runChaos({ ...options, settleMs: 1_000, say: (text) => t.diagnostic(text) })
  const times = cycles.map(({ recoveryMs }) => recoveryMs ?? Number.POSITIVE_INFINITY)
  assert.ok(good)
  // The machine may be busy with something else; then the start of a process alone takes longer than that.
  const kept = cycles.filter((_, i) => times[i] <= 2_000 || times[i] <= 2 * cycles[i].startMs)
  const starts = cycles.map(({ startMs }) => startMs).join(', ')
  assert.ok(kept.length > cycles.length / 2, `${times.join(', ')} ms, starts alone ${starts} ms`)
})
