import { createHmac } from 'node:crypto'
import { isEnrolledAgentId, isTenantName } from '@streamgauge/core/names.ts'

/** One of an enrolled agent's passwords is known by its generation. */
export interface AgentKey {
  readonly tenant: string
  readonly agentId: string
  readonly generation: number
}

/** The login of an agent at the broker, as it must be there. */
export interface AgentLogin {
  /** Also the client id, and the name of its role. */
  readonly username: string
  readonly password: string
  /** Tells which password it is, without telling it. */
  readonly description: string
  /** Topic patterns it may publish to; everything else is denied. */
  readonly topics: readonly string[]
}

/**
 * The login of an agent. Its password is HMAC-SHA256 of the names and the generation under the installation's key:
 * stored nowhere, and yet a broker that lost it can be given it again.
 */
export function agentLogin(key: string, { tenant, agentId, generation }: AgentKey): AgentLogin {
  // The plugin takes wildcards in a role as such: a name that has one would open the topics of others.
  if (!isTenantName(tenant) || !isEnrolledAgentId(agentId)) {
    throw new Error(`${tenant}.${agentId} is no name for a login`)
  }
  const username = agentUsername({ tenant, agentId })
  return {
    username,
    password: createHmac('sha256', key).update(`${username}.${generation}`).digest('base64url'),
    description: `generation ${generation}`,
    topics: [`metrics/${tenant}/${agentId}/#`, `agents/${tenant}/${agentId}/#`],
  }
}

/** Neither part has a dot. */
export function agentUsername({ tenant, agentId }: Pick<AgentKey, 'tenant' | 'agentId'>): string {
  return `${tenant}.${agentId}`
}

/** True for what `agentUsername` makes: other logins at the broker are not ours to touch. */
export function isAgentUsername(text: string): boolean {
  const [tenant, agentId, ...more] = text.split('.')
  return more.length === 0 && isTenantName(tenant) && isEnrolledAgentId(agentId ?? '')
}

/** Where an agent says whether it is there. */
export function statusTopic({ tenant, agentId }: Pick<AgentKey, 'tenant' | 'agentId'>): string {
  return `agents/${tenant}/${agentId}/status`
}
