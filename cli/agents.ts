import { readConfig } from '@streamgauge/adapters/config.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { type AgentRow, listAgents } from '@streamgauge/adapters/mariadb/agents.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { findTenant, type Tenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { createProvision, type Provision } from '@streamgauge/adapters/mqtt/provision.ts'
import { openRedis } from '@streamgauge/adapters/redis/client.ts'
import { createPresenceBell } from '@streamgauge/adapters/redis/presence.ts'
import { installLine } from '@streamgauge/core/install-line.ts'
import { isEnrolledAgentId } from '@streamgauge/core/names.ts'
import { type Command, type Input, UsageError } from './command.ts'
import { environment, pages, required, withDatabase } from './services.ts'

const tenantOption = { tenant: { type: 'string' } } as const
const agentOptions = { ...tenantOption, agent: { type: 'string' } } as const

export const agentCommands: Readonly<Record<string, Command>> = {
  'agent enroll': { options: { ...agentOptions, renew: { type: 'boolean' } }, run: agentEnroll },
  'agent revoke': { options: agentOptions, run: agentRevoke },
  'agent list': { options: tenantOption, run: agentList },
}

async function agentEnroll({ values }: Input): Promise<void> {
  const agentId = readAgentId(values)
  await withProvision(values, async (provision, tenant) => {
    const { http, mqtt } = readConfig(environment)
    const renew = values.renew === true
    const { login } = await provision.enroll({ tenant, agentId }, { renew }).catch((error) => {
      if (error.code !== 'AGENT_EXISTS') throw error
      throw new Error(`${error.message} --renew gives it a new password and ends the one before.`)
    })
    const { username, password } = login
    const settings = { url: mqtt?.publicUrl ?? '', username, password }
    // Only the line goes to standard output, so that a script can run it as it is.
    console.error(
      `Agent ${agentId} logs in at ${settings.url} as ${username}; its password is shown this once:`,
    )
    console.error(`  ${password}\nTo install it, run on its machine:`)
    console.log(installLine({ publicUrl: http.publicUrl, mqtt: settings }))
  })
}

async function agentRevoke({ values }: Input): Promise<void> {
  const agentId = readAgentId(values)
  await withProvision(values, async (provision, tenant) => {
    if (!(await provision.revoke({ tenant, agentId }))) throw new Error(`No agent ${agentId} was enrolled.`)
    console.log(`Agent ${agentId} is revoked and disconnected.`)
  })
}

async function agentList({ values }: Input): Promise<void> {
  await withDatabase(async (db) => {
    const tenant = await ensureTenant(db, values)
    const read = (after: string) => listAgents(db, tenant.id, { after, limit: 500 })
    for await (const row of pages(read, '', 'agentId')) console.log(describe(row))
  })
}

/** Agents are given and refused their logins by this process itself; gateways are told. */
async function withProvision(
  values: Input['values'],
  work: (provision: Provision, tenant: Tenant) => Promise<void>,
): Promise<void> {
  const adminUrl = required('MQTT_ADMIN_URL', 'mqtt://streamgauge-admin:password@127.0.0.1:1883')
  const agentKey = required('MQTT_AGENT_KEY', '48 random hex digits')
  const redisUrl = required('REDIS_URL', 'redis://:password@127.0.0.1:6379')
  const redis = openRedis({
    url: redisUrl,
    logger: createLog({ name: 'cli', level: 'error', terminal: true }),
  })
  const bell = createPresenceBell(redis)
  let told: Promise<unknown> = Promise.resolve()
  try {
    await withDatabase(async (database) => {
      const tenant = await ensureTenant(database, values)
      // Gateways that can't be told now read the table later.
      const changed = (row: AgentRow) => {
        told = bell.agents([row]).catch(() => undefined)
      }
      await work(createProvision({ database, adminUrl, agentKey, changed }), tenant)
    })
  } finally {
    await told
    redis.close()
  }
}

async function ensureTenant(db: Database, { tenant: name }: Input['values']): Promise<Tenant> {
  if (typeof name !== 'string') throw new UsageError('Name the tenant with --tenant.')
  const tenant = await findTenant(db, name)
  if (!tenant) throw new Error(`There is no tenant ${name}; streamgauge tenant list names them.`)
  return tenant
}

function readAgentId({ agent }: Input['values']): string {
  if (typeof agent === 'string' && isEnrolledAgentId(agent)) return agent
  throw new UsageError(
    'Name the agent with --agent: 1 to 63 of a-z, 0-9, - and _, beginning with a letter or digit.',
  )
}

function describe(row: AgentRow): string {
  const { agentId, revokedAt, status, reason, statusAt, version } = row
  const state = revokedAt === null ? 'enrolled' : 'revoked'
  const word = status === null ? 'never heard of' : [status, reason].filter(Boolean).join(', ')
  const since = statusAt === null ? '' : new Date(statusAt).toISOString()
  return [agentId, state, word, since, version ?? ''].join('\t').trimEnd()
}
