import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Turns } from './turns.ts'

function job() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { promise, done: resolve, started: false }
}

test('no more run at once than may, and each that ends lets the next one go', async () => {
  const turns = new Turns({ atOnce: 1 })
  const jobs = [job(), job(), job()]
  const all = jobs.map((j) =>
    turns.take(() => {
      j.started = true
      return j.promise
    }),
  )
  const started = () => jobs.map((j) => j.started)
  assert.deepEqual(started(), [true, false, false])
  jobs[0].done()
  await all[0]
  await new Promise(setImmediate)
  assert.deepEqual(started(), [true, true, false])
  jobs[1].done()
  jobs[2].done()
  await Promise.all(all)
})

test('who finds the queue full or waits too long is told that the store is unavailable', async () => {
  const turns = new Turns({ atOnce: 1, waiting: 1, patienceMs: 1 })
  const first = job()
  const running = turns.take(() => first.promise)
  const waiting = turns.take(async () => undefined)
  const refused = { code: 'STORE_UNAVAILABLE' }
  await assert.rejects(
    turns.take(async () => undefined),
    refused,
  )
  await assert.rejects(waiting, refused)
  first.done()
  await running
  await turns.take(async () => undefined)
})
