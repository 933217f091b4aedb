import { setTimeout as sleep } from 'node:timers/promises'
import { Fault } from '@streamgauge/core/fault.ts'
import {
  type AgentKeyRow,
  type AgentRow,
  enrollAgent,
  findAgent,
  listAgentKeys,
  renewAgent,
  revokeAgent,
} from '../mariadb/agents.ts'
import { LockBusy, withNamedLock } from '../mariadb/named-lock.ts'
import type { Connection, Database } from '../mariadb/pool.ts'
import { type AgentLogin, agentLogin, agentUsername, statusTopic } from './agent-login.ts'
import { findRepairs, putLogin, removeLogin } from './broker-logins.ts'
import { BrokerUnavailable, type Dynsec, openDynsec } from './dynsec.ts'

const defaults = {
  /** A turn of repairs ends after this long: enrolments wait behind it. */
  turnMs: 1_000,
  /** The broker stands still while the plugin writes its file: it gets this many times as long for its own work. */
  pauseFactor: 2,
  lockWaitSeconds: 5,
  /** Enrolments and revocations that may wait for their turn in one process. */
  waiting: 200,
  page: 1_000,
}

export interface ProvisionOptions {
  readonly database: Database
  /** With the login of the administrator. */
  readonly adminUrl: string
  /** What passwords are derived from. */
  readonly agentKey: string
  /** What is stored of an agent has changed. */
  changed?(row: AgentRow): void
}

interface Agent {
  readonly tenant: { readonly id: number; readonly name: string }
  readonly agentId: string
}

interface Enrolling {
  readonly renew: boolean
  readonly signal?: AbortSignal
}

/** Keeps the logins of agents at the broker as the table of agents says. */
export interface Provision {
  /**
   * Enrols an agent; with `renew` an enrolled one gets a new password, and the one before ends at once. Throws the
   * faults AGENT_EXISTS and BROKER_UNAVAILABLE; then nothing has changed. Nor has it when `signal` ends it, be it
   * while it waits for its turn or later.
   */
  enroll(agent: Agent, options: Enrolling): Promise<{ row: AgentRow; login: AgentLogin }>
  /** Revokes an agent and ends its connection; idempotent. Undefined when there is none. Throws BROKER_UNAVAILABLE. */
  revoke(agent: Agent): Promise<AgentRow | undefined>
  /**
   * Repairs what differs, for up to a second; answers how much it was, and whether there is more. Throws `LockBusy`
   * while another process is at it, and `BrokerUnavailable`.
   */
  reconcile(): Promise<{ repaired: number; more: boolean }>
  /** What `reconcile` would repair: logins that agents lack or have otherwise, and logins of none. Changes nothing. */
  compare(): Promise<{ missing: number; surplus: number }>
  close(): Promise<void>
}

/**
 * Provisioning through the broker's dynamic-security plugin. The login of the administrator has one connection, so
 * every use of it is under a lock that all processes share: several gateways and the command line may do this at once.
 */
export function createProvision(options: ProvisionOptions): Provision {
  const { database, adminUrl, agentKey } = options
  const { host } = new URL(adminUrl)
  const lockName = `streamgauge.broker.${host}`
  let queue: Promise<unknown> = Promise.resolve()
  let waiting = 0

  /** One at a time in this process too: those who wait must not hold all connections to MariaDB. */
  async function inTurn<T>(
    work: (connection: Connection, broker: Dynsec) => Promise<T>,
    waitSeconds = defaults.lockWaitSeconds,
  ): Promise<T> {
    if (waiting >= defaults.waiting)
      throw new Fault('OVERLOADED', 'Too many agents are being enrolled at once.')
    waiting++
    const result = queue.then(() =>
      withNamedLock(database, { name: lockName, waitSeconds }, async (connection) => {
        await using broker = await openDynsec(adminUrl)
        return await work(connection, broker)
      }),
    )
    queue = result.catch(() => undefined)
    try {
      return await result
    } finally {
      waiting--
    }
  }

  async function enroll({ tenant, agentId }: Agent, { renew, signal }: Enrolling) {
    const key = { tenantId: tenant.id, agentId }
    const enrolled = await inTurn(async (connection, broker) => {
      signal?.throwIfAborted()
      const before = await findAgent(connection, key)
      // A session that ends without a commit has changed nothing; what the broker has by then is reconciled.
      await connection.begin()
      const renewed = renew ? await renewAgent(connection, key) : undefined
      const row = renewed ?? (await enrollAgent(connection, key, Date.now()))
      if (!row) throw new Fault('AGENT_EXISTS', `The agent ${agentId} is enrolled already.`)
      const login = agentLogin(agentKey, row)
      await putLogin(broker, login, await markOf(connection))
      if (renewed && before?.status === 'online') await tell(broker, row, 'lost')
      // What is retained of a revoked agent would be its first status.
      if (!renewed && before) await broker.retain(statusTopic(row), '')
      signal?.throwIfAborted()
      await connection.commit()
      return { row, login }
    }).catch((error) => explain(error))
    options.changed?.(enrolled.row)
    return enrolled
  }

  async function revoke({ tenant, agentId }: Agent) {
    const row = await revokeAgent(database, { tenantId: tenant.id, agentId }, Date.now())
    if (!row) return undefined
    options.changed?.(row)
    await inTurn(async (_, broker) => {
      await removeLogin(broker, agentUsername(row))
      await tell(broker, row, 'revoked')
    }).catch((error) =>
      explain(error, 'It is revoked; its connection ends as soon as the broker can be reached.'),
    )
    return row
  }

  async function repairsOf(connection: Connection, broker: Dynsec, mark: string) {
    const revoked = new Map<string, AgentKeyRow>()
    const wanted = new Map<string, AgentLogin>()
    for await (const row of everyAgent(connection)) {
      if (row.revokedAt === null) wanted.set(agentUsername(row), agentLogin(agentKey, row))
      else revoked.set(agentUsername(row), row)
    }
    return { ...(await findRepairs(broker, wanted, mark)), revoked }
  }

  async function compare() {
    return await inTurn(async (connection, broker) => {
      const { put, remove } = await repairsOf(connection, broker, await markOf(connection))
      return { missing: put.length, surplus: remove.length }
    })
  }

  async function reconcile() {
    return await inTurn(async (connection, broker) => {
      const until = performance.now() + defaults.turnMs
      const mark = await markOf(connection)
      const { put, remove, revoked } = await repairsOf(connection, broker, mark)
      const repairs = [
        // First those who must not be let in.
        ...remove.map((username) => async () => {
          await removeLogin(broker, username)
          const row = revoked.get(username)
          if (row) await tell(broker, row, 'revoked')
        }),
        ...put.map((login) => () => putLogin(broker, login, mark)),
      ]
      let repaired = 0
      for (const repair of repairs) {
        if (performance.now() > until) break
        const since = performance.now()
        await repair()
        repaired++
        await sleep((performance.now() - since) * defaults.pauseFactor)
      }
      return { repaired, more: repaired < repairs.length }
    }, 0)
  }

  return {
    enroll,
    revoke,
    reconcile,
    compare,
    close: async () => void (await queue),
  }
}

/** Says of an agent whose connection has been ended that it is gone: the broker says nothing then. */
async function tell(broker: Dynsec, row: AgentKeyRow, reason: 'lost' | 'revoked'): Promise<void> {
  const status = { status: 'offline', reason, epoch: row.epoch ?? 0, at: Date.now() }
  await broker.retain(statusTopic(row), JSON.stringify(status))
}

/** Names the installation: several may share a broker, and know their logins by it. */
async function markOf(connection: Connection): Promise<string> {
  const [{ name }] = await connection.query<{ name: string }>('SELECT DATABASE() AS name')
  return `streamgauge ${name}`
}

async function* everyAgent(connection: Connection): AsyncGenerator<AgentKeyRow> {
  for (let after = { tenantId: 0, agentId: '' }; ; ) {
    const rows = await listAgentKeys(connection, { after, limit: defaults.page })
    yield* rows
    if (rows.length < defaults.page) return
    after = rows[rows.length - 1]
  }
}

function explain(error: unknown, detail?: string): never {
  if (error instanceof BrokerUnavailable || error instanceof LockBusy) {
    throw new Fault('BROKER_UNAVAILABLE', detail, { cause: error })
  }
  throw error
}
