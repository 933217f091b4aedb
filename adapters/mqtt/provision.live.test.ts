import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Services, startServices } from '@streamgauge/local/stack.ts'
import type { MqttClient } from 'mqtt'
import { within } from '../deadline.ts'
import { findAgent } from '../mariadb/agents.ts'
import { migrate } from '../mariadb/migrate.ts'
import { withNamedLock } from '../mariadb/named-lock.ts'
import { type Database, openDatabase } from '../mariadb/pool.ts'
import { createTenant, type Tenant } from '../mariadb/tenants.ts'
import type { AgentLogin } from './agent-login.ts'
import { bootstrap, loginOf } from './bootstrap.ts'
import { openDynsec } from './dynsec.ts'
import { createProvision, type Provision } from './provision.ts'
import { connectTest } from './testing.ts'

let services: Services
let database: Database
let provision: Provision
let acme: Tenant
let globex: Tenant

before(async () => {
  services = await startServices({ only: ['mqtt', 'mariadb'] })
  database = openDatabase({ url: services.env.DATABASE_URL })
  await migrate(database)
  acme = await makeTenant('acme')
  globex = await makeTenant('globex')
  provision = makeProvision()
})
after(async () => {
  await provision?.close()
  await database?.close()
  await services?.[Symbol.asyncDispose]()
})

async function makeTenant(name: string): Promise<Tenant> {
  const tenant = await createTenant(database, { name }, Date.now())
  assert.ok(tenant)
  return tenant
}

function makeProvision(): Provision {
  return createProvision({
    database,
    adminUrl: services.env.MQTT_ADMIN_URL,
    agentKey: services.env.MQTT_AGENT_KEY,
  })
}

const url = () => services.env.MQTT_URL
const agent = (login: AgentLogin) => connectTest(url(), { ...login, clientId: login.username })
const bridge = () => connectTest(url(), loginOf(url()))
const enroll = async (tenant: Tenant, agentId: string, renew = false) =>
  (await provision.enroll({ tenant, agentId }, { renew })).login

const closed = async (client: MqttClient) =>
  await within(
    new Promise<void>((resolve) => client.once('close', () => resolve())),
    5_000,
    'still connected',
  )

/** What the bridge reads; it has one connection. */
async function collect(...patterns: string[]) {
  const reader = await bridge()
  const heard: [topic: string, payload: string][] = []
  reader.on('message', (topic, payload) => heard.push([topic, payload.toString()]))
  await reader.subscribeAsync(patterns, { qos: 1 })
  return {
    heard,
    async until(holds: () => boolean) {
      const deadline = Date.now() + 5_000
      while (!holds()) {
        assert.ok(Date.now() < deadline, `heard only ${JSON.stringify(heard)}`)
        await sleep(5)
      }
    },
    [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
  }
}

/** Reason code 135 of MQTT 5, and what the client makes of it in a SUBACK. */
const notAuthorised = (error: Error & { code?: number }) =>
  error.code === 135 || error.message === 'Subscribe error: Not authorized'

test('nobody gets in without a login, or with the wrong password', async () => {
  const login = await enroll(acme, 'door')
  await assert.rejects(connectTest(url(), { clientId: 'door' }), notAuthorised)
  await assert.rejects(agent({ ...login, password: 'wrong' }), notAuthorised)
  await assert.rejects(agent({ ...login, username: 'acme.nobody' }), notAuthorised)
  await using client = await agent(login)
  assert.ok(client.connected)
})

test('an agent publishes below its own names, and nothing else is delivered', async () => {
  const login = await enroll(acme, 'web-1')
  await enroll(acme, 'web-2')
  await enroll(globex, 'web-1')
  await using all = await collect('metrics/#', 'agents/+/+/status')
  await using client = await agent(login)
  const denied = [
    'metrics/acme/web-2/cpu',
    'metrics/globex/web-1/cpu',
    'metrics/acme',
    'metrics/acme/web-11/cpu',
    'agents/globex/web-1/status',
    'agents/acme/web-2/status',
    '$SYS/broker/uptime',
    '$CONTROL/dynamic-security/v1',
    'anything',
  ]
  for (const topic of denied) {
    await assert.rejects(client.publishAsync(topic, '1', { qos: 1 }), notAuthorised, topic)
  }
  await client.publishAsync('metrics/acme/web-1/cpu', '1', { qos: 1 })
  await client.publishAsync('agents/acme/web-1/status', 'here', { qos: 1 })
  await all.until(() => all.heard.some(([, payload]) => payload === 'here'))
  assert.deepEqual(all.heard, [
    ['metrics/acme/web-1/cpu', '1'],
    ['agents/acme/web-1/status', 'here'],
  ])
})

test('an agent reads nothing, not even its own', async () => {
  await using client = await agent(await enroll(acme, 'reader'))
  for (const topic of [
    '#',
    'metrics/acme/reader/#',
    'agents/acme/reader/status',
    '$SYS/#',
    '$share/bridge/metrics/#',
  ]) {
    await assert.rejects(client.subscribeAsync(topic, { qos: 1 }), notAuthorised, topic)
  }
})

test('the bridge publishes nothing, and the administrator reads no points', async () => {
  await using client = await bridge()
  for (const topic of [
    'metrics/acme/web-1/cpu',
    'agents/acme/web-1/status',
    '$CONTROL/dynamic-security/v1',
  ]) {
    await assert.rejects(client.publishAsync(topic, '1', { qos: 1 }), notAuthorised, topic)
  }
  await assert.rejects(client.subscribeAsync('#'), notAuthorised)
  await using admin = await connectTest(url(), loginOf(services.env.MQTT_ADMIN_URL))
  await assert.rejects(admin.subscribeAsync('metrics/#'), notAuthorised)
  await assert.rejects(admin.publishAsync('metrics/acme/web-1/cpu', '1', { qos: 1 }), notAuthorised)
})

test('a client id of another’s ends nobody’s session', async () => {
  const victim = await enroll(acme, 'victim')
  const thief = await enroll(globex, 'thief')
  await using client = await agent(victim)
  await using other = await connectTest(url(), { ...thief, clientId: victim.username })
  // The broker answers both in the order of its loop: had it ended the first, it would not answer its publish.
  await other.publishAsync('metrics/globex/thief/cpu', '1', { qos: 1 })
  await client.publishAsync('metrics/acme/victim/cpu', '1', { qos: 1 })
  assert.ok(client.connected)
})

test('a revoked agent is gone at once, stays out, and its retained status says why', async () => {
  const login = await enroll(acme, 'leaver')
  await using client = await agent(login)
  const gone = closed(client)
  const since = performance.now()
  await provision.revoke({ tenant: acme, agentId: 'leaver' })
  await gone
  assert.ok(performance.now() - since < 1_000)
  await assert.rejects(agent(login), notAuthorised)
  await using statuses = await collect('agents/+/+/status')
  await statuses.until(() => statuses.heard.some(([topic]) => topic === 'agents/acme/leaver/status'))
  const [, said] = statuses.heard.find(([topic]) => topic === 'agents/acme/leaver/status') ?? []
  const { status, reason } = JSON.parse(said ?? '')
  assert.deepEqual([status, reason], ['offline', 'revoked'])
  const row = await findAgent(database, { tenantId: acme.id, agentId: 'leaver' })
  assert.deepEqual([row?.status, row?.reason], ['offline', 'revoked'])
  assert.ok(row?.revokedAt)
})

test('an agent that was revoked is enrolled anew with another password and without its old status', async () => {
  const first = await enroll(acme, 'returner')
  await provision.revoke({ tenant: acme, agentId: 'returner' })
  const second = await enroll(acme, 'returner')
  assert.notEqual(second.password, first.password)
  await assert.rejects(agent(first), notAuthorised)
  await using client = await agent(second)
  await using statuses = await collect('agents/+/+/status')
  await client.publishAsync('agents/acme/returner/status', 'born', { qos: 1 })
  await statuses.until(() => statuses.heard.some(([, payload]) => payload === 'born'))
  const own = statuses.heard.filter(([topic]) => topic === 'agents/acme/returner/status')
  assert.deepEqual(own, [['agents/acme/returner/status', 'born']])
})

test('enrolling twice is refused and changes nothing; renewing ends the old password', async () => {
  const first = await enroll(acme, 'twice')
  await assert.rejects(enroll(acme, 'twice'), { code: 'AGENT_EXISTS' })
  await using client = await agent(first)
  const gone = closed(client)
  const second = await enroll(acme, 'twice', true)
  await gone
  await assert.rejects(agent(first), notAuthorised)
  await using again = await agent(second)
  assert.ok(again.connected)
})

test('a broker that lost its logins is given them back, and what was revoked meanwhile stays out', async () => {
  const kept = await enroll(acme, 'kept')
  const file = join(services.dir, 'mosquitto', 'dynamic-security.json')
  const logins = { admin: loginOf(services.env.MQTT_ADMIN_URL), bridges: [loginOf(url())] }
  writeFileSync(file, bootstrap(undefined, logins) ?? '')
  await killBroker()
  await assert.rejects(agent(kept), notAuthorised)
  while ((await provision.reconcile()).more);
  await using client = await agent(kept)
  await client.publishAsync('metrics/acme/kept/cpu', '1', { qos: 1 })
  assert.deepEqual(await provision.reconcile(), { repaired: 0, more: false })
})

test('logins and roles that are not as they must be are repaired, those of others are left alone', async () => {
  const bent = await enroll(acme, 'bent')
  {
    await using broker = await openDynsec(services.env.MQTT_ADMIN_URL)
    const everything = { acltype: 'publishClientSend', topic: '#', priority: 0, allow: true }
    await broker.run({ command: 'modifyRole', rolename: bent.username, acls: [everything] })
    const mark = 'streamgauge streamgauge'
    await broker.run({ command: 'createClient', username: 'acme.stray', password: 'x', textname: mark })
    await broker.run({ command: 'createClient', username: 'grafana', password: 'x' })
    await broker.run({ command: 'createClient', username: 'acme.others', password: 'x', textname: 'another' })
  }
  assert.equal((await provision.reconcile()).repaired, 2)
  await using client = await agent(bent)
  await assert.rejects(client.publishAsync('metrics/globex/x/y', '1', { qos: 1 }), notAuthorised)
  await using broker = await openDynsec(services.env.MQTT_ADMIN_URL)
  const names: string[] = []
  for await (const { username } of broker.list<{ username: string }>('listClients')) names.push(username)
  assert.deepEqual(
    ['acme.stray', 'grafana', 'acme.others'].map((name) => names.includes(name)),
    [false, true, true],
  )
})

test('while the broker is away nobody is enrolled, and a revocation is stored', async () => {
  await enroll(acme, 'unlucky')
  services.control.mqtt.signal('SIGSTOP')
  try {
    await assert.rejects(enroll(acme, 'nobody'), { code: 'BROKER_UNAVAILABLE' })
    assert.equal(await findAgent(database, { tenantId: acme.id, agentId: 'nobody' }), undefined)
    const revoked = provision.revoke({ tenant: acme, agentId: 'unlucky' })
    await assert.rejects(revoked, { code: 'BROKER_UNAVAILABLE' })
  } finally {
    services.control.mqtt.signal('SIGCONT')
  }
  const { repaired } = await provision.reconcile()
  assert.equal(repaired, 1)
  const login = await enroll(acme, 'nobody')
  await using client = await agent(login)
  assert.ok(client.connected)
})

test('several processes enrol at once without ending each other’s connection', async () => {
  const others = [provision, makeProvision(), makeProvision()]
  const names = Array.from({ length: 12 }, (_, i) => `many-${i}`)
  const logins = await Promise.all(
    names.map((agentId, i) => others[i % 3].enroll({ tenant: globex, agentId }, { renew: false })),
  )
  for (const { login } of logins) {
    await using client = await agent(login)
    assert.ok(client.connected)
  }
})

/** Ends the broker the hard way and waits for its successor. */
async function killBroker(): Promise<void> {
  const before = services.control.mqtt.pid()
  services.control.mqtt.signal('SIGKILL')
  const deadline = Date.now() + 10_000
  for (;;) {
    const pid = services.control.mqtt.pid()
    const answers =
      pid !== undefined &&
      pid !== before &&
      (await openDynsec(services.env.MQTT_ADMIN_URL).then(
        async (broker) => {
          await broker[Symbol.asyncDispose]()
          return true
        },
        () => false,
      ))
    if (answers) return
    assert.ok(Date.now() < deadline, 'the broker is back')
    await sleep(20)
  }
}

test('an enrolment that was given up while it waited for its turn does not happen', async () => {
  const lock = { name: `streamgauge.broker.${new URL(services.env.MQTT_ADMIN_URL).host}`, waitSeconds: 5 }
  const giveUp = new AbortController()
  const enrolment = await withNamedLock(database, lock, async () => {
    const key = { tenant: acme, agentId: 'late' }
    const waiting = provision.enroll(key, { renew: false, signal: giveUp.signal })
    giveUp.abort()
    return { waiting }
  })
  await assert.rejects(enrolment.waiting, { name: 'AbortError' })
  assert.equal(await findAgent(database, { tenantId: acme.id, agentId: 'late' }), undefined)
  await enroll(acme, 'late')
})
