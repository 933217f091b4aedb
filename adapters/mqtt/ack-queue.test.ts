import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAckQueue } from './ack-queue.ts'

test('acknowledgements leave in the order of the messages, whatever order they are released in', () => {
  const sent: number[] = []
  const queue = createAckQueue((id) => sent.push(id))
  const [first, second, third] = [7, 8, 9].map((id) => queue.hold(id, 10))
  queue.release(third)
  queue.release(second)
  assert.deepEqual(sent, [])
  assert.deepEqual([queue.count, queue.bytes], [3, 30])
  queue.release(first)
  assert.deepEqual(sent, [7, 8, 9])
  assert.deepEqual([queue.count, queue.bytes], [0, 0])
})

test('what was held when the connection was lost is never acknowledged on the next one', () => {
  const sent: number[] = []
  const queue = createAckQueue((id) => sent.push(id))
  const lost = queue.hold(1, 10)
  queue.drop()
  const again = queue.hold(1, 10)
  queue.release(lost)
  assert.deepEqual([sent, queue.count], [[], 1])
  queue.release(again)
  assert.deepEqual(sent, [1])
})

test('a message is acknowledged once', () => {
  const sent: number[] = []
  const queue = createAckQueue((id) => sent.push(id))
  const ticket = queue.hold(1, 10)
  queue.release(ticket)
  queue.release(ticket)
  assert.deepEqual(sent, [1])
})

test('the order holds over many messages', () => {
  const sent: number[] = []
  const queue = createAckQueue((id) => sent.push(id))
  for (let round = 0; round < 50; round++) {
    const tickets = Array.from({ length: 100 }, (_, i) => queue.hold(round * 100 + i, 1))
    for (const ticket of tickets.slice(0, 99).reverse()) queue.release(ticket)
    queue.release(tickets[99])
  }
  assert.deepEqual(
    sent,
    Array.from({ length: 5_000 }, (_, i) => i),
  )
  assert.equal(queue.count, 0)
})
