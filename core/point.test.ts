import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from './limits.ts'
import { readPoints } from './point.ts'
import { createSeriesCache } from './series-cache.ts'

const received = Date.parse('2026-06-15T12:00:00Z')
const read = (...items: unknown[]) =>
  readPoints(items, { tenant: 'acme', received, cache: createSeriesCache(100) })
const point = (more: object) => ({ metric_name: 'cpu', value: 1, ...more })
const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']))

test('points become columns that share their series', () => {
  const { batch, places, rejected } = read(
    { metric_name: 'cpu', value: 12.5, timestamp: received - 5, agent_id: 'web-1', tags: { b: '2', a: '1' } },
    { metric_name: 'cpu', value: -0.5, timestamp: '2026-06-15T11:59:59.999Z', dedupe_id: 'e:1' },
    { metric_name: 'cpu', value: 3, agent_id: 'web-1', tags: { a: '1', b: '2' } },
    { metric_name: 'cpu', value: 4, agent_id: 'web-1', tags: {} },
    { metric_name: 'cpu', value: 5, timestamp: received + 0.9 },
  )
  assert.deepEqual(batch, {
    v: 1,
    tenant: 'acme',
    received,
    series: [
      ['cpu', 'web-1', { a: '1', b: '2' }],
      ['cpu', null, {}],
      ['cpu', 'web-1', {}],
    ],
    s: [0, 1, 0, 2, 1],
    t: [received - 5, received - 1, received, received, received],
    x: [12.5, -0.5, 3, 4, 5],
    ids: [null, 'e:1', null, null, null],
  })
  assert.deepEqual([rejected, places], [0, [0, 1, 2, 3, 4]])
})

test('what is wrong with a point is named by field and code', () => {
  const old = received - limits.pastMs
  const far = received + limits.futureMs
  const table: [item: unknown, ...faults: string[]][] = [
    [point({})],
    [point({ value: 0 })],
    [point({ value: -1.7976931348623157e308 })],
    [point({ timestamp: old })],
    [point({ timestamp: far })],
    [point({ tags: tags(32) })],
    [point({ tags: { ['k'.repeat(64)]: 'v'.repeat(256), 'ключ 🎈': '' } })],
    [point({ metric_name: 'm'.repeat(200) })],
    [point({ agent_id: 'A.b_c:d-9' })],
    [point({ dedupe_id: 'd'.repeat(128) })],

    [null, 'null POINT_INVALID'],
    [7, 'null POINT_INVALID'],
    ['cpu', 'null POINT_INVALID'],
    [[point({})], 'null POINT_INVALID'],
    [{}, 'metric_name FIELD_MISSING', 'value FIELD_MISSING'],
    [{ metric_name: 'cpu' }, 'value FIELD_MISSING'],
    [{ value: 1 }, 'metric_name FIELD_MISSING'],
    [point({ name: 'x' }), 'name FIELD_UNKNOWN'],
    [JSON.parse('{"metric_name":"cpu","value":1,"__proto__":{"x":1}}'), '__proto__ FIELD_UNKNOWN'],
    [point({ constructor: 1 }), 'constructor FIELD_UNKNOWN'],
    [point({ metric_name: '' }), 'metric_name METRIC_NAME_INVALID'],
    [point({ metric_name: 'm'.repeat(201) }), 'metric_name METRIC_NAME_INVALID'],
    [point({ metric_name: 'a\nb' }), 'metric_name METRIC_NAME_INVALID'],
    [point({ metric_name: 'a\ud800b' }), 'metric_name METRIC_NAME_INVALID'],
    [point({ metric_name: 5 }), 'metric_name METRIC_NAME_INVALID'],
    [point({ metric_name: null }), 'metric_name METRIC_NAME_INVALID'],
    [point({ value: '1' }), 'value VALUE_INVALID'],
    [point({ value: null }), 'value VALUE_INVALID'],
    [point({ value: true }), 'value VALUE_INVALID'],
    [point({ value: [1] }), 'value VALUE_INVALID'],
    [JSON.parse('{"metric_name":"cpu","value":1e400}'), 'value VALUE_OUT_OF_RANGE'],
    [JSON.parse('{"metric_name":"cpu","value":-1e400}'), 'value VALUE_OUT_OF_RANGE'],
    [point({ timestamp: null }), 'timestamp TIMESTAMP_INVALID'],
    [point({ timestamp: 'yesterday' }), 'timestamp TIMESTAMP_INVALID'],
    [point({ timestamp: '2026-06-15T12:00:00' }), 'timestamp TIMESTAMP_INVALID'],
    [point({ timestamp: String(received) }), 'timestamp TIMESTAMP_INVALID'],
    [JSON.parse('{"metric_name":"cpu","value":1,"timestamp":1e400}'), 'timestamp TIMESTAMP_INVALID'],
    [point({ timestamp: {} }), 'timestamp TIMESTAMP_INVALID'],
    [point({ timestamp: old - 1 }), 'timestamp TIMESTAMP_TOO_OLD'],
    [point({ timestamp: 0 }), 'timestamp TIMESTAMP_TOO_OLD'],
    [point({ timestamp: -1 }), 'timestamp TIMESTAMP_TOO_OLD'],
    [point({ timestamp: '1999-12-31T23:59:59Z' }), 'timestamp TIMESTAMP_TOO_OLD'],
    [point({ timestamp: far + 1 }), 'timestamp TIMESTAMP_IN_FUTURE'],
    [point({ timestamp: '2026-06-15T12:10:00.001Z' }), 'timestamp TIMESTAMP_IN_FUTURE'],
    [point({ tags: null }), 'tags TAGS_INVALID'],
    [point({ tags: ['a'] }), 'tags TAGS_INVALID'],
    [point({ tags: 'a' }), 'tags TAGS_INVALID'],
    [point({ tags: { a: 1 } }), 'tags TAGS_INVALID'],
    [point({ tags: { a: { b: 'c' } } }), 'tags TAGS_INVALID'],
    [point({ tags: { '': 'x' } }), 'tags TAGS_INVALID'],
    [point({ tags: { a: 'x\u0000y' } }), 'tags TAGS_INVALID'],
    [point({ tags: { a: '\udc00' } }), 'tags TAGS_INVALID'],
    [point({ tags: { ['k'.repeat(65)]: 'v' } }), 'tags TAGS_INVALID'],
    [point({ tags: { k: 'v'.repeat(257) } }), 'tags TAGS_INVALID'],
    [point({ tags: tags(33) }), 'tags TAGS_INVALID'],
    [JSON.parse('{"metric_name":"cpu","value":1,"tags":{"__proto__":"x"}}'), 'tags TAGS_INVALID'],
    [point({ agent_id: '' }), 'agent_id AGENT_ID_INVALID'],
    [point({ agent_id: '-a' }), 'agent_id AGENT_ID_INVALID'],
    [point({ agent_id: 'a b' }), 'agent_id AGENT_ID_INVALID'],
    [point({ agent_id: 'a'.repeat(129) }), 'agent_id AGENT_ID_INVALID'],
    [point({ agent_id: null }), 'agent_id AGENT_ID_INVALID'],
    [point({ dedupe_id: '' }), 'dedupe_id DEDUPE_ID_INVALID'],
    [point({ dedupe_id: 'd'.repeat(129) }), 'dedupe_id DEDUPE_ID_INVALID'],
    [point({ dedupe_id: 5 }), 'dedupe_id DEDUPE_ID_INVALID'],
    [
      point({ value: 'x', timestamp: 0, tags: 1 }),
      'value VALUE_INVALID',
      'timestamp TIMESTAMP_TOO_OLD',
      'tags TAGS_INVALID',
    ],
  ]
  for (const [item, ...faults] of table) {
    const { errors, rejected, batch } = read(point({}), item)
    const found = errors.map(({ field, code }) => `${field} ${code}`)
    assert.deepEqual(found, faults, JSON.stringify(item))
    assert.deepEqual([rejected, batch.s.length], faults.length > 0 ? [1, 1] : [0, 2])
    assert.ok(errors.every(({ index, detail }) => index === 1 && detail.length > 10))
  }
})

test('a time in another unit gets a hint', () => {
  const units: [timestamp: number, word: string][] = [
    [received / 1000, 'epoch seconds'],
    [received * 1000, 'epoch microseconds'],
    [received * 1e6, 'epoch nanoseconds'],
  ]
  for (const [timestamp, word] of units)
    assert.match(read(point({ timestamp })).errors[0].detail, new RegExp(word))
})

test('a faulty point leaves no trace in the batch and the others keep their places', () => {
  const { batch, places, rejected, errors } = read(
    point({ value: 'x', metric_name: 'only.here' }),
    point({ value: 1 }),
    point({ tags: { a: 2 } }),
    point({ value: 2, dedupe_id: 'x' }),
  )
  assert.deepEqual(batch.series, [['cpu', null, {}]])
  assert.deepEqual([batch.x, batch.ids, places, rejected], [[1, 2], [null, 'x'], [1, 3], 2])
  assert.deepEqual(
    errors.map(({ index }) => index),
    [0, 2],
  )
})

test('no more faults are named than an answer holds, all are counted', () => {
  const { errors, rejected } = read(...Array.from({ length: 1_000 }, () => ({})))
  assert.deepEqual([errors.length, rejected], [limits.errorsPerAnswer, 1_000])
})

test('what is remembered of a series never lets something else pass for it', () => {
  const cache = createSeriesCache(100)
  const again = (item: object) => readPoints([item], { tenant: 'acme', received, cache })
  const series = (item: object) => again(item).batch.series[0]
  assert.deepEqual(series(point({ tags: { a: 'b', c: 'd' } })), ['cpu', null, { a: 'b', c: 'd' }])
  assert.equal(again(point({ tags: { a: 'b\u0000c\u0001d' } })).rejected, 1)
  assert.equal(again(point({ tags: { 'a\u0001b\u0000c': 'd' } })).rejected, 1)
  assert.equal(again(point({ tags: { a: 'b', c: 1 } })).rejected, 1)
  assert.deepEqual(series(point({ agent_id: 'x', tags: { a: 'b', c: 'd' } })), [
    'cpu',
    'x',
    { a: 'b', c: 'd' },
  ])
  assert.deepEqual(series(point({ agent_id: 'x' })), ['cpu', 'x', {}])
  assert.deepEqual(series(point({ metric_name: 'mem', agent_id: 'x' })), ['mem', 'x', {}])
  assert.deepEqual(series(point({ tags: { c: 'd', a: 'b' } })), ['cpu', null, { a: 'b', c: 'd' }])
})

test('a cache that is full starts anew and goes on', () => {
  const cache = createSeriesCache(10)
  for (let i = 0; i < 100; i++) {
    const items = [point({ metric_name: `m${i}` }), point({ metric_name: `m${i}` })]
    assert.deepEqual(readPoints(items, { tenant: 'acme', received, cache }).batch.s, [0, 0])
  }
})

test('colons are accounted for as they stand in the JSON', () => {
  const bodies = [
    [point({})],
    [point({ timestamp: '2026-06-15T12:00:00Z' }), point({ timestamp: '2026-06-15T12:00:00+00:00' })],
    [point({ metric_name: 'a:b::c', agent_id: 'x:y', dedupe_id: ':', tags: { ':': '::', k: 'http://x' } })],
    [point({ metric_name: 'a:b' }), point({ metric_name: 'a:b', agent_id: 'a:' }), point({ tags: {} })],
  ]
  for (const items of bodies) {
    assert.equal(read(...items).colons, JSON.stringify(items).split(':').length - 1)
  }
})

test('how old a point may be follows what is kept longest', () => {
  const cache = createSeriesCache(10)
  const item = (age: number) => ({ metric_name: 'm', value: 1, timestamp: received - age })
  const pastMs = 2 * limits.pastMs
  const reading = readPoints([item(pastMs), item(pastMs + 1)], { tenant: 'acme', received, cache, pastMs })
  assert.deepEqual(reading.batch.t, [received - pastMs])
  assert.deepEqual(
    reading.errors.map(({ index, code }) => [index, code]),
    [[1, 'TIMESTAMP_TOO_OLD']],
  )
})
