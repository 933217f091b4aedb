import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import type { Placement } from './placement.ts'
import type { Bounds } from './types.ts'
import { watchProgress } from './watchdog.ts'

const limits = { everyMs: 10_000, stuckAfterMs: 30_000, askMs: 2_000 }

interface World {
  next: number
  high: number
  joined: boolean
  logAnswers: boolean
  storeAnswers: boolean
}

/** Lets time pass and tells after how many seconds the watchdog gave up; undefined when it didn't in two minutes. */
async function secondsUntilStuck(
  change: (world: World, second: number) => void,
): Promise<number | undefined> {
  mock.timers.enable({ apis: ['setInterval', 'setTimeout', 'Date'] })
  const world: World = { next: 5, high: 9, joined: true, logAnswers: true, storeAnswers: true }
  const asked: number[] = []
  const answer = async <T>(value: T) => {
    if (!world.logAnswers) throw new Error('the log is away')
    return value
  }
  const placement = {
    positions: () => (world.joined ? new Map([[0, world.next]]) : undefined),
    bounds: () => answer<Bounds[]>([{ partition: 0, low: 0, high: world.high }]),
    ask: (partition: number) => asked.push(partition),
  } as unknown as Placement
  const tools = { ping: () => answer(1), canProgress: async () => world.storeAnswers }
  const watchdog = watchProgress(placement, tools, limits)
  let stuck = false
  watchdog.stuck.then(() => {
    stuck = true
  })
  let second = 0
  while (!stuck && second < 120) {
    second++
    change(world, second)
    mock.timers.tick(1_000)
    for (let i = 0; i < 20; i++) await Promise.resolve()
  }
  watchdog.stop()
  mock.timers.reset()
  return stuck ? second : undefined
}

test('lag without movement for 30 s is a fault, anything else is not', async () => {
  const cases: [name: string, change: (world: World, second: number) => void, stuck: boolean][] = [
    ['nothing moves', () => undefined, true],
    ['nothing is due', (world) => (world.high = world.next), false],
    ['it moves, slowly', (world, second) => (world.next = Math.floor(second / 20)), false],
    ['the log is away', (world) => (world.logAnswers = false), false],
    ['the store is away', (world) => (world.storeAnswers = false), false],
    ['the group can’t be joined', (world) => (world.joined = false), true],
    ['the log ends before us', (world) => (world.high = 2), false],
  ]
  for (const [name, change, stuck] of cases) {
    const seconds = await secondsUntilStuck(change)
    if (stuck) assert.equal(seconds, 40, name)
    else assert.equal(seconds, undefined, name)
  }
})
