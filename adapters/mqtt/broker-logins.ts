import { type AgentLogin, isAgentUsername } from './agent-login.ts'
import type { Dynsec } from './dynsec.ts'

/** What is changed to make the logins at the broker those that they must be. */
export interface Repairs {
  /** Missing there, or not as they must be. */
  readonly put: readonly AgentLogin[]
  /** Usernames of agents that must not log in. */
  readonly remove: readonly string[]
}

interface Client {
  readonly username: string
  readonly clientid?: string
  readonly textname?: string
  readonly textdescription?: string
  readonly roles?: readonly { readonly rolename: string }[]
  readonly groups?: readonly unknown[]
}

interface Role {
  readonly rolename: string
  readonly textname?: string
  readonly acls?: readonly { readonly acltype: string; readonly topic: string; readonly allow: boolean }[]
}

/**
 * Makes a login as it must be, whatever is there; ends its connection where there was one. `mark` names the
 * installation that it belongs to.
 */
export async function putLogin(broker: Dynsec, login: AgentLogin, mark: string): Promise<void> {
  const { username, password } = login
  const acls = login.topics.map((topic) => ({
    acltype: 'publishClientSend',
    topic,
    priority: 0,
    allow: true,
  }))
  const role = { rolename: username, textname: mark, acls }
  const roleMade = await broker.run({ command: 'createRole', ...role }, 'Role already exists')
  if (!roleMade) await broker.run({ command: 'modifyRole', ...role })
  const client = {
    username,
    clientid: username,
    password,
    textname: mark,
    textdescription: login.description,
    roles: [{ rolename: username }],
    groups: [],
  }
  const clientMade = await broker.run({ command: 'createClient', ...client }, 'Client already exists')
  if (!clientMade) await broker.run({ command: 'modifyClient', ...client })
}

/** Takes a login away and ends its connection at once; the broker publishes no will for it. */
export async function removeLogin(broker: Dynsec, username: string): Promise<void> {
  await broker.run({ command: 'deleteClient', username }, 'Client not found')
  await broker.run({ command: 'deleteRole', rolename: username }, 'Role not found')
}

/** Compares what is at the broker with what must be. Logins of people and of other installations stay as they are. */
export async function findRepairs(
  broker: Dynsec,
  wanted: ReadonlyMap<string, AgentLogin>,
  mark: string,
): Promise<Repairs> {
  const good = new Set<string>()
  const unknown = new Set<string>()
  const roles = new Map<string, Role>()
  for await (const role of broker.list<Role>('listRoles')) {
    roles.set(role.rolename, role)
    if (isOurs(role.rolename, role.textname, mark) && !wanted.has(role.rolename)) unknown.add(role.rolename)
  }
  for await (const client of broker.list<Client>('listClients')) {
    const login = wanted.get(client.username)
    if (login && isAsWanted(client, roles.get(client.username), login)) good.add(client.username)
    if (!login && isOurs(client.username, client.textname, mark)) unknown.add(client.username)
  }
  return {
    put: [...wanted.values()].filter(({ username }) => !good.has(username)),
    remove: [...unknown],
  }
}

function isOurs(name: string, textname: string | undefined, mark: string): boolean {
  return textname === mark && isAgentUsername(name)
}

function isAsWanted(client: Client, role: Role | undefined, login: AgentLogin): boolean {
  const rights = (role?.acls ?? []).map(({ acltype, topic, allow }) => `${acltype} ${topic} ${allow}`)
  const due = login.topics.map((topic) => `publishClientSend ${topic} true`)
  return (
    client.clientid === login.username &&
    client.textdescription === login.description &&
    (client.groups ?? []).length === 0 &&
    String(client.roles?.map(({ rolename }) => rolename)) === login.username &&
    String(rights.sort()) === String(due.sort())
  )
}
