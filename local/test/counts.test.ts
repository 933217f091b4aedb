import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closingLine, judge, none } from './counts.ts'

test('a runner that crashes or runs nothing has failed, whatever it counted', () => {
  const good = { passed: 3, failed: 0, skipped: 0 }
  const bad = { passed: 3, failed: 1, skipped: 0 }
  assert.deepEqual(judge(good, 0), good)
  assert.deepEqual(judge(bad, 1), bad)
  assert.deepEqual(judge(good, 7), bad)
  assert.deepEqual(judge(good, null), bad)
  assert.deepEqual(judge(none, 0), { passed: 0, failed: 1, skipped: 0 })
  assert.deepEqual(judge(undefined, 0), { passed: 0, failed: 1, skipped: 0 })
  assert.equal(judge({ passed: 0, failed: 0, skipped: 4 }, 0).failed, 1)
})

test('the closing line names skipped tests only when there are any', () => {
  assert.equal(closingLine({ passed: 12, failed: 0, skipped: 0 }), '12 passed, 0 failed')
  assert.equal(closingLine({ passed: 12, failed: 1, skipped: 2 }), '12 passed, 1 failed, 2 skipped')
})
