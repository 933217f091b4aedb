import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBreaker, UnavailableError } from './breaker.ts'

const never = () => new Promise<never>(() => undefined)

test('one caller meets the deadline, the next are told at once, and a probe lets them in again', async () => {
  let isBack = false
  const changes: boolean[] = []
  const back = Promise.withResolvers<void>()
  const breaker = createBreaker({
    name: 'it',
    probe: () => (isBack ? Promise.resolve() : never()),
    deadlineMs: 20,
    probeEveryMs: 5,
    isOutage: () => true,
    onChange: (away) => {
      changes.push(away)
      if (!away) back.resolve()
    },
  })
  assert.equal(await breaker.run(async () => 1), 1)
  await assert.rejects(breaker.run(never), UnavailableError)
  assert.equal(breaker.away, true)
  await assert.rejects(
    breaker.run(async () => assert.fail('nobody may ask while it is away')),
    UnavailableError,
  )
  isBack = true
  await back.promise
  assert.equal(await breaker.run(async () => 2), 2)
  assert.deepEqual(changes, [true, false])
  breaker.close()
})

test('an answer that says no is no outage', async () => {
  const breaker = createBreaker({ name: 'it', probe: never, deadlineMs: 20, isOutage: () => false })
  await assert.rejects(
    breaker.run(() => Promise.reject(new Error('no'))),
    /^Error: no$/,
  )
  assert.equal(breaker.away, false)
})
