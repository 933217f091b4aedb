import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startWhole } from '../whole.ts'
import { probe } from './probe.ts'

// How fast is for the benchmark: other tests share this machine.
test('points posted every 15 ms reach a stream, none lost and none twice', async () => {
  await using whole = await startWhole()
  const name = 'acme'
  await whole.tenant(name)
  const { token } = await whole.token(name, 'ingest', 'read')
  const tenant = { name, ingest: token, read: token }
  const times = await probe({ url: whole.url, tenant, everyMs: 15, count: 300 })
  assert.equal(times.length, 300)
  assert.ok(times.every((ms) => ms > 0))
})
