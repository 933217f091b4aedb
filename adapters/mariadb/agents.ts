import type { Queryable } from './pool.ts'

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

/** What an agent says of itself, or what is said of it. */
export interface AgentReport {
  readonly status: 'online' | 'offline'
  readonly reason: 'lost' | 'stopped' | null
  readonly epoch: number
  readonly at: number
  /** What a birth tells; absent, the last one told stays. */
  readonly intervalMs?: number
  readonly version?: string
  readonly inventory?: Readonly<Record<string, unknown>>
}

type Stored = Omit<AgentRow, 'inventory'> & { readonly inventory: string | null }

const select = `SELECT tenants.name AS tenant, agents.tenant_id AS tenantId, agents.agent_id AS agentId,
  agents.generation, agents.enrolled_at AS enrolledAt, agents.revoked_at AS revokedAt, agents.epoch, agents.status,
  agents.reason, agents.status_at AS statusAt, agents.declared_at AS declaredAt, agents.interval_ms AS intervalMs,
  agents.version, agents.inventory
  FROM agents JOIN tenants ON tenants.id = agents.tenant_id`

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
 * Stores what an agent reports; true when that changed anything. Of no effect when the agent is not enrolled or was
 * revoked, or when the report belongs to an earlier run than the one stored: a will may arrive after the birth that
 * followed it.
 */
export async function noteAgentReport(
  db: Queryable,
  { tenant, agentId }: { tenant: string; agentId: string },
  report: AgentReport,
): Promise<boolean> {
  const { affectedRows } = await db.execute(
    `UPDATE agents JOIN tenants ON tenants.id = agents.tenant_id
     SET agents.epoch = ?, agents.status = ?, agents.reason = ?, agents.status_at = ?,
       agents.interval_ms = COALESCE(?, agents.interval_ms), agents.version = COALESCE(?, agents.version),
       agents.inventory = COALESCE(?, agents.inventory)
     WHERE tenants.name = ? AND agents.agent_id = ? AND agents.revoked_at IS NULL
       AND (agents.epoch IS NULL OR agents.epoch <= ?)`,
    [
      report.epoch,
      report.status,
      report.reason,
      report.at,
      report.intervalMs ?? null,
      report.version ?? null,
      report.inventory === undefined ? null : JSON.stringify(report.inventory),
      tenant,
      agentId,
      report.epoch,
    ],
  )
  return affectedRows > 0
}

function readAgent({ inventory, ...row }: Stored): AgentRow {
  return { ...row, inventory: inventory === null ? null : JSON.parse(inventory) }
}
