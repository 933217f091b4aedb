import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { patchKafkaJs, type Ticket, tickets } from './patches.ts'

const require = createRequire(import.meta.url)
const quiet = { debug() {}, info() {}, warn() {}, error() {}, namespace: () => quiet }

patchKafkaJs()

test('a connection with nothing to send arms no timer', () => {
  const RequestQueue = require('kafkajs/src/network/requestQueue')
  const queue = new RequestQueue({ maxInFlightRequests: 1, requestTimeout: 1_000, logger: quiet })
  queue.checkPendingRequests()
  assert.equal(queue.throttleCheckTimeoutId, null)
  queue.throttledUntil = Date.now() + 1_000
  queue.checkPendingRequests()
  assert.notEqual(queue.throttleCheckTimeoutId, null, 'a throttled one still waits for its time')
  queue.destroy()
})

test('a request that its caller has given up is never sent, and one that was sent is known to be', async () => {
  const Broker = require('kafkajs/src/broker')
  const broker = Object.create(Broker.prototype)
  const sent: unknown[] = []
  const fail = (error: object) => () => {
    sent.push(error)
    throw Object.assign(new Error('failed'), error)
  }
  async function produce(state: Ticket['state'], error: object): Promise<Ticket['state']> {
    const message = {}
    const ticket: Ticket = { state }
    tickets.set(message, ticket)
    broker.lookupRequest = fail(error)
    await assert.rejects(broker.produce({ topicData: [{ partitions: [{ messages: [message] }] }] }))
    return ticket.state
  }
  assert.equal(await produce('abandoned', {}), 'abandoned')
  assert.equal(sent.length, 0)
  const fates: [error: object, state: Ticket['state']][] = [
    [{}, 'sent'],
    [{ name: 'KafkaJSRequestTimeoutError' }, 'sent'],
    [{ code: 'ECONNRESET' }, 'sent'],
    [{ type: 'NOT_LEADER_FOR_PARTITION' }, 'sent'],
    [{ type: 'MESSAGE_TOO_LARGE' }, 'refused'],
    [{ type: 'NOT_ENOUGH_REPLICAS' }, 'refused'],
    [{ code: 'ECONNREFUSED' }, 'unsent'],
  ]
  for (const [error, state] of fates)
    assert.equal(await produce('unsent', error), state, JSON.stringify(error))
})
