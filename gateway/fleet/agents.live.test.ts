import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectTest } from '@streamgauge/adapters/mqtt/testing.ts'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'

let whole: Whole
let manage: string
before(async () => {
  whole = await startWhole()
  await whole.tenant('acme')
  await whole.tenant('globex')
  manage = (await whole.token('acme', 'manage')).token
})
after(() => whole[Symbol.asyncDispose]())

async function ask(token: string, method: string, path: string, body?: object) {
  const response = await fetch(`${whole.url}/api/v1/tenants/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
}

const enroll = (agentId: string, query = '') =>
  ask(manage, 'POST', `acme/agents${query}`, { agent_id: agentId })
const login = ({ mqtt }: { mqtt: { url: string; username: string; password: string } }) =>
  connectTest(mqtt.url, { username: mqtt.username, password: mqtt.password, clientId: mqtt.username })
const notAuthorised = (error: Error & { code?: number }) => error.code === 135

test('an enrolled agent may publish, and what it is told installs it', async () => {
  const { status, headers, body } = await enroll('web-1')
  assert.equal(status, 201)
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.deepEqual([body.agent_id, body.mqtt.username], ['web-1', 'acme.web-1'])
  assert.ok(!new URL(body.mqtt.url).username)
  assert.match(body.install, /^curl -fsSL \S+\/agent\/install\.sh \| .*AGENT_PASSWORD=\S+ sh$/)
  await using client = await login(body)
  await client.publishAsync('metrics/acme/web-1/cpu', '{"value":1}', { qos: 1 })
})

test('enrolling an agent again is a conflict; renewing gives another password', async () => {
  const first = await enroll('twice')
  const again = await enroll('twice')
  assert.deepEqual([again.status, again.body.code], [409, 'AGENT_EXISTS'])
  const renewed = await enroll('twice', '?renew=true')
  assert.equal(renewed.status, 201)
  await assert.rejects(login(first.body), notAuthorised)
  await using client = await login(renewed.body)
  assert.ok(client.connected)
})

test('names that would reach into the topics of others are refused with a code', async () => {
  for (const name of ['+', '#', 'web/1', 'a.b', 'Web', '', '-x', '$SYS', 'a'.repeat(64), 'ä', 'a b']) {
    const { status, body } = await enroll(name)
    assert.deepEqual([status, body.code], [422, 'AGENT_ID_INVALID'], name)
  }
  const { status, body } = await ask(manage, 'POST', 'acme/agents', { agent: 'x' })
  assert.deepEqual([status, body.code], [422, 'BODY_INVALID'])
})

test('a revoked agent is disconnected within a second, and the list says so', async () => {
  const { body } = await enroll('leaver')
  await using client = await login(body)
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
  const since = performance.now()
  assert.equal((await ask(manage, 'DELETE', 'acme/agents/leaver')).status, 204)
  await closed
  assert.ok(performance.now() - since < 1_000)
  assert.equal((await ask(manage, 'DELETE', 'acme/agents/leaver')).status, 204)
  await assert.rejects(login(body), notAuthorised)
  const { body: list } = await ask(manage, 'GET', 'acme/agents')
  const [agent] = list.items.filter(({ agent_id }: { agent_id: string }) => agent_id === 'leaver')
  assert.deepEqual([agent.status, agent.reason, agent.enrolled], ['offline', 'revoked', false])
})

test('agents that were never enrolled can’t be revoked', async () => {
  for (const name of ['stranger', 'A%2Fb', '%23']) {
    const { status, body } = await ask(manage, 'DELETE', `acme/agents/${name}`)
    assert.deepEqual([status, body.code], [404, 'NOT_FOUND'], name)
  }
})

test('only managers of the tenant and operators enrol and revoke', async () => {
  const { token: ingest } = await whole.token('acme', 'ingest', 'read')
  const { token: foreign } = await whole.token('globex', 'manage')
  const { token: operator } = await whole.token(null, 'operator')
  for (const token of [ingest, foreign]) {
    assert.equal((await ask(token, 'POST', 'acme/agents', { agent_id: 'x' })).status, 403)
    assert.equal((await ask(token, 'DELETE', 'acme/agents/web-1')).status, 403)
  }
  assert.equal((await ask(operator, 'POST', 'acme/agents', { agent_id: 'x' })).status, 201)
})

test('without a broker enrolment says what to set', async () => {
  await using none = await startWhole({ MQTT_URL: '', MQTT_ADMIN_URL: '' })
  await none.tenant('acme')
  const { token } = await none.token('acme', 'manage')
  const response = await fetch(`${none.url}/api/v1/tenants/acme/agents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{"agent_id":"web-1"}',
  })
  const { code, detail } = (await response.json()) as { code: string; detail: string }
  assert.deepEqual([response.status, code], [503, 'BROKER_UNAVAILABLE'])
  assert.match(detail, /MQTT_ADMIN_URL/)
})
