import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { poll } from '@streamgauge/bench/poll.ts'
import {
  acme,
  bearer,
  connectAgent,
  endBridge,
  find,
  list,
  open,
  provision,
  services,
  startAgents,
  stopAgents,
  told,
  whole,
  wordOf,
} from './testing.ts'

before(startAgents)
after(stopAgents)

test('an enrolled agent that was never heard of is in the list, unknown', async () => {
  using sse = await open()
  const newcomer = told(sse, 'new-1', 'unknown')
  await provision.enroll({ tenant: acme, agentId: 'new-1' }, { renew: false })
  await newcomer
  const item = await find('new-1')
  assert.partialDeepStrictEqual(item, { enrolled: true, last_seen: null, interval_ms: null, metrics: [] })
  assert.ok(Math.abs((item?.enrolled_at ?? 0) - Date.now()) < 5_000)
})

test('birth, will within 2 s, the next birth, goodbye: each is told, and the list says the same', async () => {
  using sse = await open()
  const agent = await connectAgent('web-1')
  const born = told(sse, 'web-1', 'online')
  await agent.bear()
  const { last_seen, interval_ms } = await born
  assert.equal(interval_ms, 60_000)
  assert.ok(Math.abs((last_seen ?? 0) - Date.now()) < 2_000)
  assert.partialDeepStrictEqual(await find('web-1'), {
    status: 'online',
    reason: null,
    enrolled: true,
    version: '1.2.0',
    inventory: { os: 'Debian 12' },
  })

  const lost = told(sse, 'web-1', 'offline lost', 2_000)
  agent.die()
  await lost
  assert.equal(wordOf(await find('web-1')), 'offline lost')

  const again = await connectAgent('web-1', { epoch: 2 })
  const back = told(sse, 'web-1', 'online')
  await again.bear()
  await back

  const stopped = told(sse, 'web-1', 'offline stopped')
  await again.say({ status: 'offline', reason: 'stopped' })
  await again.client.endAsync()
  await stopped
  const item = await find('web-1')
  assert.equal(wordOf(item), 'offline stopped')
  assert.equal(item?.version, '1.2.0')
})

test('the will of a run before is ignored, and so is an older word that a broker brings back', async () => {
  using sse = await open()
  const agent = await connectAgent('web-2', { epoch: 7 })
  const born = told(sse, 'web-2', 'online')
  await agent.bear()
  await born
  await agent.say({ status: 'offline', reason: 'lost', epoch: 6 })
  await agent.say({ status: 'offline', reason: 'stopped', at: Date.now() - 60_000 })
  const stopped = told(sse, 'web-2', 'offline stopped')
  await agent.say({ status: 'offline', reason: 'stopped' })
  await stopped
  const words = sse.blocks
    .filter(({ event, data }) => event === 'agent' && data?.includes('"web-2"'))
    .map(({ data }) => wordOf(JSON.parse(data ?? '')))
  assert.deepEqual(words, ['unknown', 'online', 'offline stopped'])
  agent.die()
})

test('an agent that falls silent is offline after 2 intervals, not before, and back with its next point', async () => {
  using sse = await open()
  const agent = await connectAgent('web-3', { intervalMs: 2_000 })
  const born = told(sse, 'web-3', 'online')
  await agent.bear()
  await born
  const seen = sse.find(({ event, data }) => event === 'points' && data?.includes('"web-3"') === true)
  await agent.send(1)
  await seen
  const { last_seen } = await told(sse, 'web-3', 'offline silent', 30_000)
  assert.ok(Date.now() - (last_seen ?? 0) > 4_000)
  const back = told(sse, 'web-3', 'online')
  await agent.send(2)
  await back
  agent.die()
})

test('every gateway tells its streams', async () => {
  const { url } = await whole.replica()
  using here = await open()
  using there = await open('', url)
  const agent = await connectAgent('web-10')
  const born = [told(here, 'web-10', 'online'), told(there, 'web-10', 'online')]
  await agent.bear()
  await Promise.all(born)
  const lost = [told(here, 'web-10', 'offline lost'), told(there, 'web-10', 'offline lost')]
  agent.die()
  await Promise.all(lost)
})

test('while points go by, changes of agents come between them and hold up none', async () => {
  using sse = await open('?agent=web-11&agent=loud')
  const agent = await connectAgent('web-11')
  const post = async (value: number) => {
    const response = await fetch(`${whole.url}/api/v1/metrics`, {
      method: 'POST',
      headers: { ...bearer, 'content-type': 'application/json' },
      body: JSON.stringify({ metric_name: 'loud', agent_id: 'loud', value }),
    })
    assert.equal(response.status, 202)
  }
  const rounds = 10
  for (let round = 0; round < rounds; round++) {
    const changed = told(sse, 'web-11', round % 2 ? 'offline stopped' : 'online')
    await Promise.all([
      post(round),
      round % 2 ? agent.say({ status: 'offline', reason: 'stopped' }) : agent.bear(),
    ])
    await changed
  }
  await poll(async () => sse.points().length >= rounds)
  assert.deepEqual(
    sse.points().map(({ x }) => x),
    Array.from({ length: rounds }, (_, i) => i),
  )
  agent.die()
})

test('a stream that names agents hears of these alone', async () => {
  using one = await open('?agent=web-5')
  using metric = await open('?metric=cpu')
  const [first, second] = [await connectAgent('web-4'), await connectAgent('web-5')]
  const all = [told(metric, 'web-4', 'online'), told(metric, 'web-5', 'online'), told(one, 'web-5', 'online')]
  await first.bear()
  await second.bear()
  await Promise.all(all)
  assert.deepEqual(
    one.blocks.filter(({ event, data }) => event === 'agent' && !data?.includes('"web-5"')),
    [],
  )
  first.die()
  second.die()
})

test('a revoked agent is offline at once, and the word of the broker does not change it', async () => {
  using sse = await open()
  const agent = await connectAgent('web-6')
  const born = told(sse, 'web-6', 'online')
  await agent.bear()
  await born
  const revoked = told(sse, 'web-6', 'offline revoked')
  await provision.revoke({ tenant: acme, agentId: 'web-6' })
  await revoked
  const item = await find('web-6')
  assert.equal(wordOf(item), 'offline revoked')
  assert.equal(item?.enrolled, false)
})

test('a gateway that has just started knows what agents said before, and calls nobody offline', async () => {
  const alive = await connectAgent('alive-1')
  await alive.bear()
  const words = async () =>
    (await list())
      .filter(({ agent_id }) => /^(web|alive)-/.test(agent_id))
      .map((item) => [item.agent_id, wordOf(item), item.version].join(' '))
  // The wills of the tests before are still on their way.
  await poll(async () => {
    const online = (await words()).filter((word) => word.includes('online'))
    return online.join() === 'alive-1 online 1.2.0'
  })
  const known = await words()
  await whole.restart()
  using sse = await open()
  await sse.find(({ id }) => id !== undefined)
  await poll(async () => (await words()).join() === known.join())
  assert.deepEqual(
    sse.blocks.filter(({ event, data }) => event === 'agent' && data?.includes('alive-1')),
    [],
  )
  alive.die()
})

test('while MariaDB hangs a lost agent is told all the same, and stored when it is back', async () => {
  using sse = await open()
  const agent = await connectAgent('web-7')
  const born = told(sse, 'web-7', 'online')
  await agent.bear()
  await born
  services.control.mariadb.signal('SIGSTOP')
  const lost = told(sse, 'web-7', 'offline lost', 15_000)
  agent.die()
  await lost
  services.control.mariadb.signal('SIGCONT')
  await poll(async () => {
    const [row] = await whole.database.query<{ reason: string }>(
      "SELECT reason FROM agents WHERE agent_id = 'web-7'",
    )
    return row?.reason === 'lost'
  }, 30_000)
})

test('while the bridge is away silence proves nothing: an agent is unknown until it is heard again', async () => {
  using sse = await open()
  const agent = await connectAgent('web-8', { intervalMs: 1_000 })
  const born = told(sse, 'web-8', 'online')
  await agent.bear()
  await born
  const unknown = told(sse, 'web-8', 'unknown')
  const startBridge = await endBridge()
  await unknown
  await startBridge()
  const back = told(sse, 'web-8', 'online')
  await agent.send(1)
  await back
  agent.die()
})

test('without Redis silence proves nothing, what agents say is read where it is stored, and it heals', async () => {
  using sse = await open()
  const agent = await connectAgent('web-9', { intervalMs: 1_000 })
  const born = told(sse, 'web-9', 'online')
  await agent.bear()
  await born
  services.control.redis.signal('SIGSTOP')
  await told(sse, 'web-9', 'unknown')
  const stopped = told(sse, 'web-9', 'offline stopped')
  await agent.say({ status: 'offline', reason: 'stopped' })
  await stopped
  services.control.redis.signal('SIGCONT')
  const online = told(sse, 'web-9', 'online')
  await agent.bear()
  await online
  agent.die()
})
