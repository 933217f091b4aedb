import assert from 'node:assert/strict'
import { test } from 'node:test'
import { offsetOf } from '@streamgauge/core/position.ts'
import { workbench } from './testing.ts'

test('a record is stored with its position and published with the ids of its series', async () => {
  await using bench = await workbench()
  const offset = await bench.append({ x: [12.5] }, { x: [3] })
  const pipeline = await bench.start()
  await bench.settled()
  const rows = await bench.raw()
  assert.deepEqual(
    rows.map(({ value, position }) => [value, offsetOf(position)]),
    [
      [12.5, offset],
      [3, offset + 1],
    ],
  )
  const published = await bench.persisted()
  assert.deepEqual(
    published.map(({ src }) => src),
    [offset, offset + 1],
  )
  assert.equal(published[0].batch.sid?.length, 1)
  assert.deepEqual(published[0].batch.x, [12.5])
  await pipeline.close()
})
