import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { pino } from 'pino'
import type { ConsumerGroup } from './patches.ts'
import { createPlacement } from './placement.ts'
import type { GroupHandlers } from './types.ts'

const topic = 'a-topic'
const logger = pino({ level: 'silent' })

/** A membership with these partitions of an empty log; tells what it was asked to read. */
function membership(partitions: number[]) {
  const sought: number[] = []
  const offsets = (partitions: { partition: number }[]) =>
    partitions.map(({ partition }) => ({ partition, offset: '0' }))
  const group = {
    assigned: () => [{ topic, partitions }],
    pause: () => undefined,
    resume: () => undefined,
    seek: ({ partition }) => sought.push(partition),
    cluster: {
      fetchTopicsOffset: async ([{ partitions }]) => [{ topic, partitions: offsets(partitions) }],
    },
  } as Partial<ConsumerGroup> as ConsumerGroup
  return { group, sought }
}

/** Lets everything run that waits for no timer. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve()
}

test('partitions are not asked for a second time while the question of a join is open', async (t) => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  t.after(() => mock.timers.reset())
  const answer = Promise.withResolvers<void>()
  const asked: string[] = []
  const handlers: GroupHandlers = {
    async assigned() {
      asked.push('assigned')
      await answer.promise
      return new Map([[0, 0]])
    },
    async recheck(bounds) {
      asked.push(`recheck ${bounds.map(({ partition }) => partition)}`)
      return new Map([[1, 0]])
    },
    batch: async () => undefined,
  }
  const { group, sought } = membership([0, 1])
  const placement = createPlacement(topic, handlers, logger)
  const joining = placement.join(group)
  await settle()
  mock.timers.tick(1_900)
  await settle()
  assert.deepEqual(asked, ['assigned'])
  answer.resolve()
  await joining
  assert.deepEqual(sought, [0])
  mock.timers.tick(100)
  await settle()
  assert.deepEqual(asked, ['assigned', 'recheck 1'])
  assert.deepEqual(sought, [0, 1])
  placement.leave()
})

test('a partition without a place is told of with the time it has waited, and questions that fail in a row are news', async (t) => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  t.after(() => mock.timers.reset())
  let away = true
  const handlers: GroupHandlers = {
    async assigned(bounds) {
      if (away) throw new Error('the store is away')
      return new Map(bounds.map(({ partition }) => [partition, 0]))
    },
    batch: async () => undefined,
  }
  const warned: string[] = []
  const listening = logger.child({})
  listening.warn = (_details: object, message?: string) => warned.push(String(message))
  const placement = createPlacement(topic, handlers, listening)
  await placement.join(membership([0, 1]).group)
  assert.deepEqual(warned, [])
  for (let second = 0; second < 10; second++) {
    mock.timers.tick(1_000)
    await settle()
  }
  assert.deepEqual(
    [...placement.waiting()],
    [
      [0, 10_000],
      [1, 10_000],
    ],
  )
  assert.deepEqual(warned, ['positions are not known yet'], 'once')
  away = false
  mock.timers.tick(1_000)
  await settle()
  assert.deepEqual([...placement.waiting()], [])
  placement.leave()
})
