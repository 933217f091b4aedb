import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createRegistry } from '@streamgauge/adapters/http/metrics.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { enrollAgent, listAgents, revokeAgent } from '@streamgauge/adapters/mariadb/agents.ts'
import { migrate } from '@streamgauge/adapters/mariadb/migrate.ts'
import { type Database, openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { createTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import type { Registry } from '@streamgauge/adapters/metrics.ts'
import { openRedis, type RedisStore } from '@streamgauge/adapters/redis/client.ts'
import { createPresenceBell, readPresence } from '@streamgauge/adapters/redis/presence.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { type Services, startServices } from '@streamgauge/local/stack.ts'
import { type AgentPresence, openAgentPresence } from './presence.ts'
import { until } from './testing.ts'

const logger = createLog({ name: 'test', level: 'silent', terminal: false })
let services: Services
let database: Database
let redis: RedisStore
let registry: Registry
let presence: AgentPresence
let transactions = 0
let tenantId = 0

before(async () => {
  services = await startServices({ only: ['mariadb', 'redis'] })
  database = openDatabase({ url: services.env.DATABASE_URL })
  await migrate(database)
  tenantId = (await createTenant(database, { name: 'acme' }, Date.now()))?.id ?? 0
  redis = openRedis({ url: services.env.REDIS_URL, logger, deadlineMs: 1_000 })
  registry = createRegistry()
  const counted: Database = {
    ...database,
    transaction: (work) => {
      transactions++
      return database.transaction(work)
    },
  }
  presence = openAgentPresence({ database: counted, bell: createPresenceBell(redis), logger, registry })
})
after(async () => {
  services.control.mariadb.signal('SIGCONT')
  await presence.close()
  redis.close()
  await database.close()
  await services[Symbol.asyncDispose]()
})

const say = (agent: string, status: object) =>
  presence.onStatus('acme', agent, Buffer.from(JSON.stringify(status)))
const birth = { status: 'online', epoch: 3, at: 1_000, interval_ms: 5_000, version: '1.2.0' }
const will = { status: 'offline', reason: 'lost', epoch: 3, at: 999 }

async function enroll(...agents: string[]): Promise<void> {
  for (const agentId of agents) await enrollAgent(database, { tenantId, agentId }, Date.now())
}

async function words(prefix: string): Promise<string[]> {
  const rows = await listAgents(database, tenantId, { after: '', limit: 1_000 })
  return rows
    .filter(({ agentId }) => agentId.startsWith(prefix))
    .map(({ agentId, status, reason }) => [agentId, status, reason].filter(Boolean).join(' '))
}

async function counts(outcome: string): Promise<number> {
  const metric = await registry.getSingleMetric('streamgauge_agent_reports_total')?.get()
  return metric?.values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0
}

const stored = (prefix: string, ...wanted: string[]) =>
  until(async () => (await words(prefix)).join() === wanted.join(), `not stored: ${wanted.join()}`)

test('the word of many agents is stored in a few transactions, and told', async () => {
  const agents = Array.from({ length: 300 }, (_, i) => `many-${String(i).padStart(3, '0')}`)
  await enroll(...agents)
  const before = transactions
  for (const agent of agents) say(agent, birth)
  await stored('many-', ...agents.map((agent) => `${agent} online`))
  assert.ok(transactions - before <= 3, `${transactions - before} transactions`)
  await until(async () => (await readPresence(redis, 'acme')).length >= agents.length, 'not told')
})

test('what was heard before costs nothing', async () => {
  await enroll('same-1')
  say('same-1', birth)
  await stored('same-', 'same-1 online')
  await until(async () => (await words('same-1')).length === 1, 'not there')
  const [before, repeated] = [transactions, await counts('repeated')]
  for (let i = 0; i < 1_000; i++) say('same-1', birth)
  assert.equal(await counts('repeated'), repeated + 1_000)
  assert.equal(transactions, before)
})

test('agents that are not enrolled or revoked say nothing, and nobody is made', async () => {
  await enroll('gone-1', 'here-1')
  await revokeAgent(database, { tenantId, agentId: 'gone-1' }, Date.now())
  say('gone-1', birth)
  say('ghost-1', birth)
  presence.onStatus('nobody', 'ghost-2', Buffer.from(JSON.stringify(birth)))
  say('here-1', birth)
  await stored('here-', 'here-1 online')
  assert.deepEqual(await words('g'), ['gone-1 offline revoked'])
})

test('only the table revokes: the word of the broker alone does not', async () => {
  await enroll('firm-1', 'firm-2')
  say('firm-1', birth)
  await stored('firm-1', 'firm-1 online')
  say('firm-1', { status: 'offline', reason: 'revoked', epoch: 3, at: 2_000 })
  say('firm-2', birth)
  await stored('firm-2', 'firm-2 online')
  assert.deepEqual(await words('firm-1'), ['firm-1 online'])
})

test('what is no status is counted and harms nobody; what is taken away is neither', async () => {
  await enroll('odd-1')
  const before = await counts('invalid')
  presence.onStatus('acme', 'odd-1', Buffer.from('{'))
  presence.onStatus('acme', 'odd-1', Buffer.alloc(0))
  say('odd-1', { ...birth, inventory: { text: 'x'.repeat(limits.agentStatusBytes) } })
  assert.equal(await counts('invalid'), before + 2)
  say('odd-1', birth)
  await stored('odd-', 'odd-1 online')
})

test('what is said while MariaDB hangs is stored afterwards: the last word, and what the birth told', async () => {
  await enroll('hang-1', 'hang-2')
  say('hang-1', birth)
  await stored('hang-1', 'hang-1 online')
  services.control.mariadb.signal('SIGSTOP')
  say('hang-1', will)
  say('hang-2', birth)
  say('hang-2', { ...will, epoch: 2 })
  say('hang-2', will)
  await until(async () => {
    const told = (await readPresence(redis, 'acme')).find(({ agentId }) => agentId === 'hang-1')
    return told?.reason === 'lost'
  }, 'a gateway does not hear that the agent is lost')
  services.control.mariadb.signal('SIGCONT')
  await stored('hang-', 'hang-1 offline lost', 'hang-2 offline lost')
  const rows = await listAgents(database, tenantId, { after: 'hang-1', limit: 1 })
  assert.partialDeepStrictEqual(rows, [{ agentId: 'hang-2', version: '1.2.0', intervalMs: 5_000 }])
})
