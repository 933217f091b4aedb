import { type AgentReport, supersedes } from '@streamgauge/core/agent-status.ts'
import type { Database, Param, Queryable } from './pool.ts'

/** An enrolled agent as stored; its password is derived and stored nowhere. Times are epoch ms. */
export interface AgentRow {
  readonly tenant: string
  readonly tenantId: number
  readonly agentId: string
  /** Counts the passwords it was given; only that of the newest is valid. */
  readonly generation: number
  readonly enrolledAt: number
  readonly revokedAt: number | null
  /** Of the run that the status belongs to; null while it was never heard of. */
  readonly epoch: number | null
  readonly status: 'online' | 'offline' | null
  readonly reason: 'lost' | 'stopped' | 'revoked' | null
  /** When the status was learned. */
  readonly statusAt: number | null
  /** When the agent said so, by its own clock. */
  readonly declaredAt: number | null
  readonly intervalMs: number | null
  readonly version: string | null
  readonly inventory: Readonly<Record<string, unknown>> | null
}

/** A report of an enrolled agent, and when it was heard. */
export interface HeardReport {
  readonly tenant: string
  readonly agentId: string
  readonly report: AgentReport
  /** Server time, epoch ms. */
  readonly heardAt: number
}

type Stored = Omit<AgentRow, 'inventory'> & { readonly inventory: string | null }

// Whether a driver parses JSON columns depends on what the server tells about them; text is text.
const columns = `tenant_id AS tenantId, agent_id AS agentId, generation, enrolled_at AS enrolledAt,
  revoked_at AS revokedAt, epoch, status, reason, status_at AS statusAt, declared_at AS declaredAt,
  interval_ms AS intervalMs, version, CAST(inventory AS CHAR) AS inventory`
const select = `SELECT tenants.name AS tenant, ${columns} FROM agents JOIN tenants ON tenants.id = agents.tenant_id`

/** Enrols an agent, or enrols a revoked one anew; undefined when it is enrolled already. */
export async function enrollAgent(
  db: Queryable,
  agent: { tenantId: number; agentId: string },
  now: number,
): Promise<AgentRow | undefined> {
  // Assignments run from left to right, and each sees what those before it did: revoked_at is the last to change.
  const { affectedRows } = await db.execute(
    `INSERT INTO agents (tenant_id, agent_id, generation, enrolled_at) VALUES (?, ?, 1, ?)
     ON DUPLICATE KEY UPDATE
       generation = IF(revoked_at IS NULL, generation, generation + 1),
       enrolled_at = IF(revoked_at IS NULL, enrolled_at, VALUES(enrolled_at)),
       status = IF(revoked_at IS NULL, status, NULL),
       reason = IF(revoked_at IS NULL, reason, NULL),
       status_at = IF(revoked_at IS NULL, status_at, NULL),
       declared_at = IF(revoked_at IS NULL, declared_at, NULL),
       epoch = IF(revoked_at IS NULL, epoch, NULL),
       revoked_at = NULL`,
    [agent.tenantId, agent.agentId, now],
  )
  return affectedRows === 0 ? undefined : findAgent(db, agent)
}

/**
 * Makes the password before worthless; undefined when the agent is not enrolled. Its runs are counted anew: it may
 * have moved to a machine whose clock is behind.
 */
export async function renewAgent(
  db: Queryable,
  agent: { tenantId: number; agentId: string },
): Promise<AgentRow | undefined> {
  const { affectedRows } = await db.execute(
    `UPDATE agents SET generation = generation + 1, epoch = NULL, declared_at = NULL
     WHERE tenant_id = ? AND agent_id = ? AND revoked_at IS NULL`,
    [agent.tenantId, agent.agentId],
  )
  return affectedRows === 0 ? undefined : findAgent(db, agent)
}

/** Revokes an agent; idempotent, the first time stays. Undefined when there is none of that name. */
export async function revokeAgent(
  db: Queryable,
  agent: { tenantId: number; agentId: string },
  now: number,
): Promise<AgentRow | undefined> {
  await db.execute(
    `UPDATE agents SET status = 'offline', reason = 'revoked', status_at = ?, revoked_at = ?
     WHERE tenant_id = ? AND agent_id = ? AND revoked_at IS NULL`,
    [now, now, agent.tenantId, agent.agentId],
  )
  return findAgent(db, agent)
}

export async function findAgent(
  db: Queryable,
  { tenantId, agentId }: { tenantId: number; agentId: string },
): Promise<AgentRow | undefined> {
  const [row] = await db.query<Stored>(`${select} WHERE agents.tenant_id = ? AND agents.agent_id = ?`, [
    tenantId,
    agentId,
  ])
  return row && readAgent(row)
}

/** Agents of a tenant by name, after `after`; revoked ones included. */
export async function listAgents(
  db: Queryable,
  tenantId: number,
  page: { after: string; limit: number },
): Promise<AgentRow[]> {
  const rows = await db.query<Stored>(
    `${select} WHERE agents.tenant_id = ? AND agents.agent_id > ? ORDER BY agents.agent_id LIMIT ?`,
    [tenantId, page.after, page.limit],
  )
  return rows.map(readAgent)
}

/** What the login of an agent depends on. */
export type AgentKeyRow = Pick<
  AgentRow,
  'tenant' | 'tenantId' | 'agentId' | 'generation' | 'revokedAt' | 'epoch'
>

/** Keys of the agents of all tenants in their order, after `after`; revoked ones included. */
export function listAgentKeys(
  db: Queryable,
  page: { after: { tenantId: number; agentId: string }; limit: number },
): Promise<AgentKeyRow[]> {
  return db.query<AgentKeyRow>(
    `SELECT tenants.name AS tenant, agents.tenant_id AS tenantId, agents.agent_id AS agentId,
       agents.generation, agents.revoked_at AS revokedAt, agents.epoch
     FROM agents JOIN tenants ON tenants.id = agents.tenant_id
     WHERE agents.tenant_id > ? OR (agents.tenant_id = ? AND agents.agent_id > ?)
     ORDER BY agents.tenant_id, agents.agent_id LIMIT ?`,
    [page.after.tenantId, page.after.tenantId, page.after.agentId, page.limit],
  )
}

/**
 * Stores what agents report, each agent once, in one transaction. Of no effect for agents that are not enrolled or
 * were revoked, and where `supersedes` says so. Returns the agents that are or were enrolled, as they are afterwards.
 */
export async function noteAgentReports(db: Database, heard: readonly HeardReport[]): Promise<AgentRow[]> {
  if (heard.length === 0) return []
  return await db.transaction(async (connection) => {
    const rows = await lockAgents(connection, heard)
    const byKey = new Map(heard.map((one) => [keyOf(one), one]))
    const noted = rows.map((row) => {
      const one = byKey.get(keyOf(row))
      return one && counts(one.report, row) ? { ...row, ...told(one, row) } : row
    })
    const changed = noted.filter((row, i) => row !== rows[i])
    if (changed.length > 0) await writeReports(connection, changed)
    return noted
  })
}

function keyOf({ tenant, agentId }: { tenant: string; agentId: string }): string {
  return `${tenant}/${agentId}`
}

function counts(report: AgentReport, row: AgentRow): boolean {
  if (row.revokedAt !== null || report.reason === 'revoked') return false
  const { status, reason, epoch, declaredAt } = row
  if (status === null || epoch === null) return true
  return supersedes(report, { status, reason, epoch, at: declaredAt ?? 0 })
}

function told({ report, heardAt }: HeardReport, row: AgentRow): Partial<AgentRow> {
  return {
    epoch: report.epoch,
    status: report.status,
    reason: report.reason,
    statusAt: heardAt,
    declaredAt: report.at,
    intervalMs: report.intervalMs ?? row.intervalMs,
    version: report.version ?? row.version,
    inventory: report.inventory ?? row.inventory,
  }
}

/** The rows of these agents; nobody else changes them until the transaction ends. */
async function lockAgents(connection: Queryable, heard: readonly HeardReport[]): Promise<AgentRow[]> {
  const byTenant = Map.groupBy(heard, ({ tenant }) => tenant)
  const tenants = await connection.query<{ id: number; name: string }>(
    'SELECT id, name FROM tenants WHERE name IN ?',
    [[[...byTenant.keys()]]],
  )
  if (tenants.length === 0) return []
  const names = new Map(tenants.map(({ id, name }) => [id, name]))
  // Not joined: the rows of tenants are not to be locked.
  const rows = await connection.query<Omit<Stored, 'tenant'>>(
    `SELECT ${columns} FROM agents WHERE ${tenants.map(() => '(tenant_id = ? AND agent_id IN ?)').join(' OR ')}
     FOR UPDATE`,
    tenants.flatMap(({ id, name }): Param[] => [
      id,
      [(byTenant.get(name) ?? []).map(({ agentId }) => agentId)],
    ]),
  )
  return rows.map((row) => readAgent({ ...row, tenant: names.get(row.tenantId) ?? '' }))
}

/** The rows are there, so nothing is inserted: it is the way to update many at once. */
async function writeReports(connection: Queryable, rows: readonly AgentRow[]): Promise<void> {
  const told = [
    'epoch',
    'status',
    'reason',
    'status_at',
    'declared_at',
    'interval_ms',
    'version',
    'inventory',
  ]
  await connection.execute(
    `INSERT INTO agents (tenant_id, agent_id, generation, enrolled_at, ${told.join(', ')}) VALUES ?
     ON DUPLICATE KEY UPDATE ${told.map((column) => `${column} = VALUES(${column})`).join(', ')}`,
    [
      rows.map((row) => [
        row.tenantId,
        row.agentId,
        row.generation,
        row.enrolledAt,
        row.epoch,
        row.status,
        row.reason,
        row.statusAt,
        row.declaredAt,
        row.intervalMs,
        row.version,
        row.inventory === null ? null : JSON.stringify(row.inventory),
      ]),
    ],
  )
}

function readAgent({ inventory, ...row }: Stored): AgentRow {
  return { ...row, inventory: inventory === null ? null : JSON.parse(inventory) }
}
