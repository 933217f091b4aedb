import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { StreamRoster } from './stream-roster.ts'

/** Streams that want a place among two, and whether each has one. */
function setup() {
  const name = randomUUID()
  const open: StreamRoster[] = []
  const enter = (since: number) => {
    const stream = { has: false, turns: [] as boolean[], leave: () => roster.leave() }
    const roster = new StreamRoster({
      name,
      most: 2,
      since,
      surveyMs: 40,
      answerMs: 200,
      onTurn: (mine) => {
        stream.has = mine
        stream.turns.push(mine)
      },
    })
    open.push(roster)
    return stream
  }
  return {
    name,
    enter,
    [Symbol.dispose]() {
      for (const roster of open) roster.leave()
    },
  }
}

const until = async (what: string, met: () => boolean) => {
  const end = Date.now() + 20_000
  while (!met()) {
    assert.ok(Date.now() < end, what)
    await delay(5)
  }
}

test('as many as there are places have one, and those who came first', async () => {
  using s = setup()
  const [third, first, second] = [s.enter(3), s.enter(1), s.enter(2)]
  await until('the last one hears of the others', () => !third.has)
  assert.deepEqual([first.has, second.has], [true, true])
})

test('a place that becomes free goes to who has waited longest', async () => {
  using s = setup()
  const [first, , third, fourth] = [s.enter(1), s.enter(2), s.enter(3), s.enter(4)]
  await until('two wait', () => !third.has && !fourth.has)
  first.leave()
  await until('one gets the place', () => third.has)
  assert.equal(fourth.has, false)
})

test('one that came before gets its place back from one that came later', async () => {
  using s = setup()
  s.enter(1)
  const third = s.enter(3)
  assert.equal(third.has, true)
  s.enter(2)
  await until('it makes room', () => !third.has)
})

test('a tab that crashed does not keep its place for ever', async () => {
  using s = setup()
  s.enter(1)
  const crashed = new BroadcastChannel(s.name)
  const third = s.enter(3)
  crashed.postMessage({ kind: 'here', id: 'crashed', since: 2, ask: false })
  await until('it waits', () => !third.has)
  await until('it is found out', () => third.has)
  crashed.close()
  assert.deepEqual(third.turns, [true, false, true])
})
