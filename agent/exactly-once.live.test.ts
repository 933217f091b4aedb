import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { agentLogin } from '@streamgauge/adapters/mqtt/agent-login.ts'
import { bridgeBench } from '@streamgauge/connectors/mqtt/testing.ts'
import { startAgent } from './agent.ts'
import { topicsOf } from './send/messages.ts'
import { until } from './testing.ts'

test('every look is stored once, with its own time, whatever of broker, bridge and agent is killed', async (t) => {
  await using bench = await bridgeBench()
  const tenant = await bench.tenant('edge')
  await (await bench.agent(tenant, 'web-1')).endAsync(true) // enrolled
  const { env, control } = bench.services
  const key = { tenant: 'edge', agentId: 'web-1', generation: 1 }
  const { username, password } = agentLogin(env.MQTT_AGENT_KEY, key)
  const topics = topicsOf(username)
  assert.ok(topics)
  const folder = mkdtempSync(join(tmpdir(), 'streamgauge-agent-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  await bench.start('pipeline')
  let bridge = await bench.start('bridge')

  const looks: number[] = []
  let isLooking = true
  const start = () =>
    startAgent({
      url: env.MQTT_PUBLIC_URL,
      username,
      password,
      topics,
      intervalMs: 100,
      spool: { folder, bytes: 16 * 1024 * 1024 },
      version: '1',
      inventory: {},
      look: (now) => (isLooking ? [{ metric_name: 'n', value: looks.push(now) - 1, timestamp: now }] : []),
      report: () => undefined,
    })
  const more = (count: number) => {
    const from = looks.length
    return until(`${count} more looks`, () => looks.length >= from + count)
  }

  let agent = start()
  t.after(() => agent.stop())
  await more(10)
  for (let n = 0; n < 2; n++) {
    control.mqtt.signal('SIGKILL') // with what it took and has not saved
    await more(15)
  }
  await bridge.end('SIGKILL')
  await more(10)
  control.mqtt.signal('SIGKILL') // with what waited for the bridge
  await more(10)
  bridge = await bench.start('bridge')
  await agent.stop()
  agent = start() // sends the last minute again
  await more(10)
  isLooking = false
  await until('all is delivered', () => agent.counts().waitingMessages === 0)
  await until('all is stored', async () => (await bench.values('edge')).length >= looks.length)
  assert.deepEqual(
    await bench.values('edge'),
    looks.map((_, n) => n),
  )
  const rows = await bench.database.query<{ ts: number; value: number }>('SELECT ts, value FROM metrics_raw')
  for (const { ts, value } of rows) assert.equal(Number(ts), looks[value])
})
