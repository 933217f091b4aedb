import assert from 'node:assert/strict'
import { test } from 'node:test'
import { murmur2, partitionOfKey } from './murmur2.ts'

test('keys land in the partition that the Java client chooses', () => {
  // From org.apache.kafka.common.utils.UtilsTest.testMurmur2.
  const vectors: [string, number][] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ]
  for (const [key, hash] of vectors) assert.equal(murmur2(Buffer.from(key)), hash, key)
  assert.equal(partitionOfKey('foobar', 12), (-790332482 & 0x7fffffff) % 12)
})
