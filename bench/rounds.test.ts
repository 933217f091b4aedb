import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { repeat } from './rounds.ts'

async function roundsOf(ms: number): Promise<number> {
  let now = 0
  const clock = mock.method(performance, 'now', () => now)
  let rounds = 0
  await repeat(
    5,
    () => undefined,
    async () => {
      rounds++
      now += ms
    },
  )
  clock.mock.restore()
  return rounds
}

test('there are as many rounds as planned while they are quick', async () => {
  assert.equal(await roundsOf(9_000), 5)
})

test('slow rounds end before the next one would pass the limit', async () => {
  assert.equal(await roundsOf(12_000), 3)
})

test('two rounds are made however long they take: one alone has no spread', async () => {
  assert.equal(await roundsOf(100_000), 2)
})
