import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeliveryItem } from '../api/alert-types.ts'
import { deliveryText } from './delivery-text.ts'

const told = (parts: Partial<DeliveryItem>) =>
  deliveryText(
    {
      ...{ id: 1, channel_id: 1, kind: 'firing', status: 'pending', tries: [], next_at: null },
      ...{ rule_name: 'CPU hot', channel_name: 'ops', created_at: 0, settled_at: null },
      ...parts,
    },
    1000,
  )
const answered = (code: number) => ({ code, error: null })

test('what has become of a message is told, and what happens next', () => {
  assert.equal(told({}), 'waits to be sent')
  assert.equal(told({ status: 'delivered', tries: [answered(204)] }), 'delivered, 204')
  assert.equal(told({ status: 'delivered', tries: [{ code: null, error: null }] }), 'delivered')
  assert.equal(told({ tries: [answered(503)], next_at: 6000 }), 'answered 503; tried again in 5 s')
  const refused = { code: null, error: 'connection refused' }
  assert.equal(told({ tries: [answered(503), refused], next_at: 500 }), 'connection refused; tried again now')
  assert.equal(
    told({ status: 'failed', tries: [refused, answered(500)] }),
    'given up after 2 tries: answered 500',
  )
  assert.equal(told({ status: 'muted' }), 'not sent: its agent was offline')
})
