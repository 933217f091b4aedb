import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type BridgeBench, bridgeBench, countTo, publishSteadily, type Role, until } from './testing.ts'

let bench: BridgeBench
let bridge: Role

before(async () => {
  bench = await bridgeBench()
  await bench.start('pipeline')
  bridge = await bench.start('bridge')
})
after(() => bench?.[Symbol.asyncDispose]())

/** Everything a flow has published is stored, each once. */
async function storedOnce(tenant: string, count: number): Promise<void> {
  await until(
    async () => (await bench.values(tenant)).length >= count,
    `not all of the ${count} values are stored`,
    60_000,
  )
  assert.deepEqual(await bench.values(tenant), countTo(count))
}

test('kill -9 of the bridge in the middle of a flow loses nothing and doubles nothing', async () => {
  const tenant = await bench.tenant('killed')
  const flow = publishSteadily(await bench.agent(tenant, 'web-1'), 'metrics/killed/web-1/cpu')
  for (let round = 0; round < 3; round++) {
    const before = flow.sent
    await until(async () => flow.sent > before + 200, 'nothing is published')
    await bridge.end('SIGKILL')
    bridge = await bench.start('bridge')
  }
  await flow.finish()
  await storedOnce('killed', flow.sent)
})

test('a bridge that is ended with SIGTERM leaves what is under way to the next one', async () => {
  const tenant = await bench.tenant('ended')
  const flow = publishSteadily(await bench.agent(tenant, 'web-1'), 'metrics/ended/web-1/cpu')
  await until(async () => flow.sent > 200, 'nothing is published')
  await bridge.end('SIGTERM')
  bridge = await bench.start('bridge')
  await flow.finish()
  await storedOnce('ended', flow.sent)
})

test('while the log is stopped nothing is acknowledged, and everything arrives once when it is back', async () => {
  const tenant = await bench.tenant('stopped')
  const flow = publishSteadily(await bench.agent(tenant, 'web-1'), 'metrics/stopped/web-1/cpu', 10)
  await until(async () => (await bench.values('stopped')).length > 100, 'nothing is stored')
  bench.services.control.kafka.signal('SIGSTOP')
  const before = flow.sent
  await until(async () => flow.sent > before + 10_000, 'nothing is published')
  const held = await bridge.metric('streamgauge_mqtt_messages_held')
  assert.ok(held > 0 && held <= 5_000, `${held} messages are held`)
  const { status, checks } = await bridge.ready()
  assert.deepEqual([status, checks.log.status], ['unavailable', 'failed'])
  // What was acknowledged would go with its memory.
  await bridge.end('SIGKILL')
  bridge = await bench.start('bridge')
  bench.services.control.kafka.signal('SIGCONT')
  await flow.finish()
  await storedOnce('stopped', flow.sent)
})

test('a broker that is restarted with SIGTERM in the middle of a flow loses nothing', async () => {
  const tenant = await bench.tenant('restarted')
  const flow = publishSteadily(await bench.agent(tenant, 'web-1'), 'metrics/restarted/web-1/cpu')
  await until(async () => flow.sent > 200, 'nothing is published')
  const pid = bench.services.control.mqtt.pid()
  bench.services.control.mqtt.signal('SIGTERM')
  await until(async () => (await bridge.ready()).status === 'degraded', 'the broker is not missed')
  await until(async () => {
    const now = bench.services.control.mqtt.pid()
    return now !== undefined && now !== pid
  }, 'the broker does not come back')
  const before = flow.sent
  await until(async () => flow.sent > before + 200, 'nothing is published')
  await flow.finish()
  await storedOnce('restarted', flow.sent)
})

test('however many bridges there are after a change, they get every message once', async () => {
  const tenant = await bench.tenant('shared')
  const agent = await bench.agent(tenant, 'web-1')
  let sent = 0
  // Without sequence numbers, so that a message that came twice would be stored twice.
  const publish = async () => {
    for (let i = 0; i < 20; i++) {
      await agent.publishAsync('metrics/shared/web-1/cpu', String(sent++), { qos: 1 })
    }
  }
  let bridges = [bridge]
  for (const count of [3, 2, 1, 2]) {
    await Promise.all(bridges.map((one) => one.end('SIGTERM')))
    await publish() // while nobody is there, for those that were
    bridges = await Promise.all(countTo(count).map((n) => bench.startBridge(n, count)))
    await publish()
    await storedOnce('shared', sent)
  }
  ;[bridge] = bridges
})
