import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchOf, entryOf, recordOf } from './fixture.ts'
import { publishedRecord } from './published.ts'

const text = (value: Buffer | string) => value.toString()

test('when nothing was dropped the ids are put into the bytes as they came', () => {
  const record = recordOf(
    '{"v":1,"tenant":"acme","received":1,"series":[["a",null,{}]],"s":[0],"t":[1],"x":[-0.0]}',
    7,
  )
  const entry = { record, batch: JSON.parse(record.value.toString()), tenantId: 1, dead: null } as const
  const published = publishedRecord(entry, [42], 'all')
  assert.equal(text(published.value), `{"sid":[42],${record.value.toString().slice(1)}`)
  assert.deepEqual(published.headers, { src: '7' })
  assert.equal(published.partition, 0)
})

test('dropped points and the series that only they used are gone', () => {
  const series: never = [
    ['a', null, {}],
    ['b', null, {}],
    ['c', null, {}],
  ] as never
  const batch = batchOf({ series, s: [0, 1, 2], t: [1, 2, 3], x: [4, 5, 6], ids: ['p', 'q', null] })
  const { value } = publishedRecord(entryOf(batch), [10, 20, 30], Uint8Array.of(1, 0, 1))
  const { sid, series: left, s, t, x, ids } = JSON.parse(text(value))
  assert.deepEqual(
    { sid, left: left.map(([name]: [string]) => name), s, t, x, ids },
    {
      sid: [10, 30],
      left: ['a', 'c'],
      s: [0, 1],
      t: [1, 3],
      x: [4, 6],
      ids: ['p', null],
    },
  )
})

test('a record of which nothing is kept, and a dead one, are published empty', () => {
  const none = JSON.parse(text(publishedRecord(entryOf(batchOf()), [1], 'none').value))
  assert.deepEqual([none.tenant, none.received, none.s], ['acme', batchOf().received, []])
  const dead = publishedRecord({ record: recordOf('rubbish', 3), dead: 'it is not JSON' }, [], 'none')
  assert.deepEqual([JSON.parse(text(dead.value)).s, dead.headers], [[], { src: '3' }])
})

test('ids that a foreign producer has written are replaced, not doubled', () => {
  const batch = batchOf({ sid: [666] })
  assert.deepEqual(JSON.parse(text(publishedRecord(entryOf(batch), [1], 'all').value)).sid, [1])
})
