import assert from 'node:assert/strict'
import { test } from 'node:test'
import { measureLatency } from './latency.ts'
import { startWhole } from './whole.ts'

// How fast is for `node bench/latency.ts`: other tests share this machine.
test('points posted every 15 ms reach a stream, none lost and none twice', async () => {
  await using whole = await startWhole()
  await whole.tenant('acme')
  const { token } = await whole.token('acme', 'ingest', 'read')
  const { url } = whole
  const result = await measureLatency({ url, tenant: 'acme', token }, { points: 200, everyMs: 15 })
  assert.deepEqual([result.lost, result.doubled, result.posted], [0, 0, 300])
})
