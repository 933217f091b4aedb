import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Services, startServices } from '@streamgauge/local/stack.ts'
import type { MqttClient } from 'mqtt'
import { createLog } from '../log.ts'
import { loginOf } from './bootstrap.ts'
import { openDynsec } from './dynsec.ts'
import { type Incoming, openSubscriber, type Subscriber, type SubscriberOptions } from './subscriber.ts'
import { connectTest } from './testing.ts'

let services: Services
let device: MqttClient
const open: Subscriber[] = []

before(async () => {
  services = await startServices({ only: ['mqtt'] })
  await using broker = await openDynsec(services.env.MQTT_ADMIN_URL)
  const acls = [{ acltype: 'publishClientSend', topic: 'metrics/#', priority: 0, allow: true }]
  await broker.run({ command: 'createRole', rolename: 'device', acls })
  await broker.run({
    command: 'createClient',
    username: 'device',
    password: 'secret',
    roles: [{ rolename: 'device' }],
  })
  device = await connectTest(
    services.env.MQTT_URL,
    { username: 'device', password: 'secret', clientId: 'device' },
    { clean: false, reconnectPeriod: 200, reconnectOnConnackError: true },
  )
})
afterEach(async () => {
  for (const subscriber of open.splice(0)) await subscriber.close()
  // The session outlives the connection: what this test has left there is no business of the next.
  const login = loginOf(services.env.MQTT_URL)
  await using session = await connectTest(
    services.env.MQTT_URL,
    { ...login, clientId: login.username },
    { clean: true },
  )
  await session.endAsync()
})
after(async () => {
  device?.end(true)
  await services?.[Symbol.asyncDispose]()
})

function subscribe(more: Partial<SubscriberOptions> = {}) {
  const messages: Incoming[] = []
  const seen = { lost: 0, full: 0, subscribed: 0 }
  const subscriber = openSubscriber({
    url: services.env.MQTT_URL,
    subscriptions: { 'metrics/#': { qos: 1, rh: 2 } },
    limits: { packetBytes: 1024 * 1024, heldMessages: 5_000, heldBytes: 1024 * 1024 * 8 },
    logger: createLog({ name: 'test', level: 'silent', terminal: false }),
    onMessage: (message) => void messages.push(message),
    onLost: () => void seen.lost++,
    onFull: () => void seen.full++,
    onSubscribed: () => void seen.subscribed++,
    ...more,
  })
  open.push(subscriber)
  return {
    subscriber,
    messages,
    seen,
    values: () => messages.map(({ payload }) => Number(payload.toString())),
  }
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 20_000
  while (!holds()) {
    if (performance.now() > end) assert.fail(what)
    await sleep(10)
  }
}

const publish = (from: number, to: number, qos: 0 | 1 = 1) =>
  Promise.all(
    Array.from({ length: to - from }, (_, i) =>
      device.publishAsync('metrics/a/b/c', String(from + i), { qos }),
    ),
  )
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

test('a message that is not acknowledged holds up neither the messages behind it nor pings, and comes again', async () => {
  const first = subscribe()
  await until(() => first.seen.subscribed === 1, 'it does not subscribe')
  await publish(0, 300)
  // All 300 have come although none is acknowledged, and the answer to a ping is read behind them.
  await until(() => first.messages.length === 300, 'the packet loop waits for an acknowledgement')
  assert.equal(first.subscriber.held, 300)
  assert.ok((await first.subscriber.ping()) < 1_000)
  await first.subscriber.close()

  const second = subscribe()
  await until(() => second.messages.length === 300, 'the broker took something for acknowledged')
  assert.deepEqual(second.values(), numbers(0, 300))
})

test('what is written as acknowledged is so for the broker: it never comes again', async () => {
  const first = subscribe()
  await until(() => first.seen.subscribed === 1, 'it does not subscribe')
  // More than the broker sends ahead of acknowledgements.
  const published = publish(0, 2_000)
  let next = 0
  while (next < 2_000) {
    await until(() => first.messages.length > next, `nothing comes after ${next} acknowledgements`)
    while (next < first.messages.length) first.messages[next++].ack()
  }
  await published
  assert.deepEqual(first.values(), numbers(0, 2_000))
  assert.equal(first.subscriber.held, 0)
  await first.subscriber.ping()
  await first.subscriber.close()

  const second = subscribe()
  await until(() => second.seen.subscribed === 1, 'it does not subscribe')
  await publish(2_000, 2_001)
  await until(() => second.messages.length > 0, 'nothing comes')
  assert.deepEqual(second.values(), [2_000])
})

test('acknowledgements of a connection that is gone say nothing on the next one', async () => {
  const { subscriber, messages, seen, values } = subscribe()
  await until(() => seen.subscribed === 1, 'it does not subscribe')
  await publish(0, 10)
  await until(() => messages.length === 10, 'not all have come')
  const before = messages.splice(0)
  services.control.mqtt.signal('SIGTERM')
  await until(() => seen.subscribed === 2 && messages.length === 10, 'they do not come again')
  for (const message of before) message.ack()
  assert.deepEqual([subscriber.held, values()], [10, numbers(0, 10)])
  await subscriber.close()
  const next = subscribe()
  await until(() => next.messages.length === 10, 'the broker took something for acknowledged')
})

test('a subscription that the broker has lost in its restart is made again, a shared one too', async () => {
  const topics = { '$share/bridge/metrics/#': { qos: 1, rh: 2 } } as const
  const { messages, seen, values } = subscribe({ subscriptions: topics })
  await until(() => seen.subscribed === 1, 'it does not subscribe')
  services.control.mqtt.signal('SIGTERM')
  await until(() => seen.subscribed === 2, 'it does not subscribe again')
  await publish(0, 1)
  await until(() => messages.length > 0, 'nothing comes')
  assert.deepEqual(values(), [0])
})

test('a backlog above what may be held is got under without losing the connection', async () => {
  const limits = { packetBytes: 1024 * 1024, heldMessages: 100, heldBytes: 8 * 1024 * 1024 }
  const first = subscribe()
  await until(() => first.seen.subscribed === 1, 'it does not subscribe')
  await first.subscriber.close()
  await publish(0, 5_000)
  let most = 0
  const messages: Incoming[] = []
  const { subscriber, seen } = subscribe({
    limits,
    onMessage(message) {
      messages.push(message)
      most = Math.max(most, subscriber.held)
      setTimeout(message.ack, 5)
    },
  })
  await until(() => messages.length >= 5_000, 'the backlog does not come')
  assert.deepEqual(
    messages.map(({ payload }) => Number(payload.toString())),
    numbers(0, 5_000),
  )
  assert.deepEqual([seen.full, seen.lost], [0, 0])
  assert.equal(most, 100)
})

test('when nothing is acknowledged the connection ends, and the broker keeps the rest until it is resumed', async () => {
  const limits = { packetBytes: 1024 * 1024, heldMessages: 100, heldBytes: 8 * 1024 * 1024 }
  const { subscriber, messages, seen, values } = subscribe({ limits })
  await until(() => seen.subscribed === 1, 'it does not subscribe')
  await publish(0, 400)
  await until(() => seen.full === 1 && seen.lost === 1, 'it waits for ever')
  assert.deepEqual(values(), numbers(0, 100))
  await assert.rejects(subscriber.ping(), /more messages wait than may be held/)
  const stale = messages.splice(0)
  subscriber.resume()
  await until(() => messages.length === 100, 'it is not resumed')
  for (const message of stale) message.ack()
  const relay = setInterval(() => {
    for (const message of messages) message.ack()
  }, 1)
  await until(() => messages.length === 400, 'the rest does not come').finally(() => clearInterval(relay))
  assert.deepEqual(values(), numbers(0, 400))
  assert.ok((await subscriber.ping()) < 1_000)
})

test('bytes count as well, and what has QoS 0 waits in the order of the rest', async () => {
  const limits = { packetBytes: 1024 * 1024, heldMessages: 5_000, heldBytes: 20 }
  const { messages, seen } = subscribe({ limits })
  await until(() => seen.subscribed === 1, 'it does not subscribe')
  await device.publishAsync('metrics/a/b/c', '1'.repeat(20), { qos: 1 })
  await until(() => messages.length === 1, 'it does not come')
  await publish(2, 3, 0)
  await publish(3, 4)
  assert.equal(messages.length, 1)
  messages[0].ack()
  await until(() => messages.length === 3, 'the rest does not come')
  assert.equal(seen.full, 0)
})
