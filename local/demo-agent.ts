import { hostname } from 'node:os'
import { callApi, expectStatus } from './api.ts'
import { tenant } from './demo.ts'
import type { State } from './state.ts'

/** How an agent reaches the broker: what enrolment answers. */
export interface AgentLogin {
  readonly url: string
  readonly username: string
  readonly password: string
}

/**
 * Enrols the agent of this machine in the tenant `demo`, or finds it enrolled with the password kept from an earlier
 * start; without one it gets a new password. Undefined while the server has no broker to enrol it at.
 */
export async function ensureDemoAgent(
  access: { readonly url: string; readonly operatorToken: string },
  { state, id, brokerUrl }: { state: State; id: string; brokerUrl: string },
): Promise<AgentLogin | undefined> {
  const agents = `${access.url}/api/v1/tenants/${tenant}/agents`
  const enroll = (query: string) =>
    callApi(`${agents}${query}`, { token: access.operatorToken, method: 'POST', body: { agent_id: id } })
  const secretName = `agent ${id}`
  const kept = state.data.secrets[secretName]
  let reply = await enroll('')
  if (reply.status === 409 && kept !== undefined)
    return { url: brokerUrl, username: `${tenant}.${id}`, password: kept }
  if (reply.status === 409) reply = await enroll('?renew=true')
  if (reply.status === 503) return undefined
  const { mqtt } = expectStatus(reply, 201)
  const login = mqtt as AgentLogin
  state.set('secrets', secretName, login.password)
  return login
}

/** The name of this machine as an agent's: lower case, digits, `-` and `_`. */
export function machineAgentId(name = hostname()): string {
  const allowed = name.toLowerCase().replace(/[^a-z0-9_-]+/g, '-')
  return allowed.replace(/^[^a-z0-9]+/, '').slice(0, 63) || 'machine'
}
