import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextEpoch } from './epoch.ts'

test('an epoch is above all before it, whatever the clock and the file say', () => {
  const table: [string, string | undefined, number[], number, number][] = [
    ['the first start', undefined, [], 1000, 1000],
    ['the clock moved on', '1000\n', [1000], 2000, 2000],
    ['two starts in one millisecond', '1000\n', [1000], 1000, 1001],
    ['the clock was set back', '1000\n', [], 500, 1001],
    ['the file is lost', undefined, [1000, 1500], 500, 1501],
    ['the file is torn', '10', [1500], 500, 1501],
    ['the file is empty', '', [1500], 500, 1501],
    ['the file is older than the segments', '1000\n', [1500], 500, 1501],
  ]
  for (const [when, stored, seen, now, epoch] of table)
    assert.equal(nextEpoch(stored, seen, now), epoch, when)
})
