import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mostEach, readEach } from './each.ts'
import { LaunchError } from './launch-error.ts'

test('without ROLES_EACH every role is played once, and nonsense is refused', () => {
  for (const text of [undefined, '', '1']) assert.equal(readEach(text), 1)
  assert.equal(readEach(String(mostEach)), mostEach)
  for (const text of ['0', '-1', '1.5', 'two', String(mostEach + 1)])
    assert.throws(() => readEach(text), LaunchError)
})
