import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { AgentRow } from '@streamgauge/adapters/mariadb/agents.ts'
import { createRinger } from './ringer.ts'

const row = (agentId: string, generation: number) => ({ tenantId: 1, agentId, generation }) as AgentRow
const word = ({ agentId, generation }: AgentRow) => `${agentId} ${generation}`

test('what was not heard is told again, as it is by then, and once heard no more', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  const told: string[][] = []
  let away = true
  const ringer = createRinger(async (rows) => {
    if (away) throw new Error('away')
    told.push(rows.map(word))
  })
  const pass = async (ms: number) => {
    mock.timers.tick(ms)
    await setImmediate()
    await setImmediate()
  }
  ringer.ring(row('web-1', 1))
  await pass(1_000)
  ringer.ring(row('web-1', 2))
  ringer.ring(row('web-2', 1))
  await pass(1_000)
  assert.deepEqual(told, [])
  away = false
  await pass(1_000)
  assert.deepEqual(told, [['web-1 2', 'web-2 1']])
  await pass(5_000)
  assert.equal(told.length, 1)
  ringer.ring(row('web-3', 1))
  await pass(0)
  assert.deepEqual(told.at(-1), ['web-3 1'])
  ringer.close()
  mock.timers.reset()
})
