import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from './limits.ts'
import { readPayload } from './mqtt-payload.ts'

const single = { tenant: 'acme', agent: 'web-1', metric: 'cpu' }
const batch = { ...single, metric: '_batch' }
const point = { metric_name: 'cpu', agent_id: 'web-1' }

function read(topic: typeof single, payload: unknown) {
  return readPayload(topic, typeof payload === 'string' ? payload : JSON.stringify(payload))
}

function identity(topic: typeof single, payload: unknown): string | undefined {
  const reading = read(topic, payload)
  return reading.ok ? reading.identity : `refused: ${reading.code}`
}

test('a single message becomes the point that HTTP would take', () => {
  const cases: [payload: unknown, item: unknown][] = [
    [{ value: 1 }, { ...point, value: 1 }],
    [
      { value: 1, timestamp: 5, tags: { a: 'b' } },
      { ...point, value: 1, timestamp: 5, tags: { a: 'b' } },
    ],
    [
      { value: 1, agent_id: 'web-1', metric_name: 'cpu' },
      { ...point, value: 1 },
    ],
    [
      { value: 1, epoch: 7, seq: 0 },
      { ...point, value: 1 },
    ],
    ['21.5', { ...point, value: 21.5 }],
    // Judged with the points, so that the reason is the same as over HTTP.
    [
      { value: 'x', unit: 'C' },
      { ...point, value: 'x', unit: 'C' },
    ],
  ]
  for (const [payload, item] of cases) {
    const reading = read(single, payload)
    assert.deepEqual(reading.ok && reading.items, [item], JSON.stringify(payload))
  }
})

test('a batch becomes points of the agent that its topic names', () => {
  const reading = read(batch, { epoch: 9, seq: 4, points: [{ metric_name: 'a', value: 1 }, 7] })
  assert.ok(reading.ok)
  assert.deepEqual(reading.items, [{ metric_name: 'a', value: 1, agent_id: 'web-1' }, 7])
  assert.deepEqual(reading.sequence, { epoch: 9, seq: 4 })
})

test('what is wrong with a message is said by a code', () => {
  const many = Array.from({ length: limits.pointsPerRequest + 1 }, () => 0)
  const cases: [topic: typeof single, payload: unknown, code: string][] = [
    [single, '', 'JSON_INVALID'],
    [single, '{"value": NaN}', 'JSON_INVALID'],
    [single, '{"value": 1, "value": 2}', 'JSON_DUPLICATE_KEY'],
    [single, '['.repeat(100_000), 'JSON_TOO_DEEP'],
    [single, '"12"', 'POINT_INVALID'],
    [single, 'null', 'POINT_INVALID'],
    [single, [{ value: 1 }], 'POINT_INVALID'],
    [single, { value: 1, agent_id: 'web-2' }, 'TOPIC_MISMATCH'],
    [single, { value: 1, agent_id: null }, 'TOPIC_MISMATCH'],
    [single, { value: 1, metric_name: 'memory' }, 'TOPIC_MISMATCH'],
    [single, { value: 1, seq: -1 }, 'SEQUENCE_INVALID'],
    [single, { value: 1, seq: 1.5 }, 'SEQUENCE_INVALID'],
    [single, { value: 1, epoch: '7', seq: 1 }, 'SEQUENCE_INVALID'],
    [batch, '[]', 'POINT_INVALID'],
    [batch, '5', 'POINT_INVALID'],
    [batch, { epoch: 1, seq: 1 }, 'FIELD_MISSING'],
    [batch, { points: [] }, 'EMPTY'],
    [batch, { points: many }, 'TOO_MANY_POINTS'],
    [batch, { points: [{}], tenant: 'other' }, 'FIELD_UNKNOWN'],
    [batch, { points: [{}], seq: '1' }, 'SEQUENCE_INVALID'],
    [batch, { points: [{ metric_name: 'a', value: 1, agent_id: 'web-2' }] }, 'TOPIC_MISMATCH'],
    [batch, { points: [{}], agent_id: 'web-2' }, 'TOPIC_MISMATCH'],
  ]
  for (const [topic, payload, code] of cases) {
    const reading = read(topic, payload)
    assert.equal(reading.ok ? 'taken' : reading.code, code, JSON.stringify(payload).slice(0, 80))
    assert.ok(reading.ok || reading.detail.length > 0)
  }
})

test('a message has the same identity at each delivery, and no other has it', () => {
  const message = { value: 1, epoch: 7, seq: 3 }
  const others: [topic: typeof single, payload: unknown][] = [
    [{ ...single, tenant: 'other' }, message],
    [{ ...single, agent: 'web-2' }, message],
    [{ ...single, metric: 'memory' }, message],
    [single, { ...message, epoch: 8 }],
    [single, { ...message, seq: 4 }],
    [single, { ...message, timestamp: 1 }],
    [single, { ...message, timestamp: '1' + '0' }],
    [single, { value: 1, seq: 3 }],
    [batch, { epoch: 7, seq: 3, points: [{}] }],
  ]
  const all = [identity(single, message), ...others.map(([topic, payload]) => identity(topic, payload))]
  assert.equal(new Set(all).size, all.length)
  assert.ok(!all.includes(undefined))
  assert.equal(identity(single, { seq: 3, epoch: 7, value: 1 }), all[0])
})

test('a message without a sequence has no identity; nor has a batch without an epoch', () => {
  assert.equal(identity(single, { value: 1 }), undefined)
  assert.equal(identity(single, '1'), undefined)
  assert.equal(identity(single, { value: 1, epoch: 7 }), undefined)
  assert.equal(identity(batch, { points: [{}] }), undefined)
  assert.equal(identity(batch, { seq: 1, points: [{}] }), undefined)
})
