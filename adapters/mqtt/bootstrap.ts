import { pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'

/** A login of the installation itself, as its URL names it. */
export interface Login {
  readonly username: string
  readonly password: string
}

/** The logins of the installation itself. */
export interface OwnLogins {
  readonly admin: Login
  /** One for each bridge. */
  readonly bridges: readonly Login[]
}

interface Acl {
  readonly acltype: string
  readonly topic: string
  readonly priority: number
  readonly allow: boolean
}

interface Client {
  readonly username: string
  readonly password?: string
  readonly salt?: string
  readonly iterations?: number
  readonly roles?: readonly { readonly rolename: string }[]
}

/** The file of Mosquitto's dynamic-security plugin, as far as it is written here. */
interface Security {
  readonly defaultACLAccess: Readonly<Record<string, boolean>>
  readonly clients: readonly Client[]
  readonly groups: readonly unknown[]
  readonly roles: readonly { readonly rolename: string; readonly acls: readonly Acl[] }[]
}

const allow = (acltype: string, topic: string): Acl => ({ acltype, topic, priority: 0, allow: true })

/** What is not allowed by a role is denied, for everybody. */
const defaultACLAccess = {
  publishClientSend: false,
  publishClientReceive: false,
  subscribe: false,
  unsubscribe: false,
}
const control = '$CONTROL/dynamic-security/#'
const statuses = 'agents/+/+/status'
/** Where the broker counts what it dropped. */
const dropped = '$SYS/broker/publish/messages/dropped'

/** The admin makes and ends logins, and says of a revoked agent that it is gone: it reads no points. */
const adminRole = {
  rolename: 'streamgauge-admin',
  acls: [
    allow('publishClientSend', control),
    allow('publishClientReceive', control),
    allow('subscribePattern', control),
    allow('publishClientSend', statuses),
  ],
}
/** The bridge reads what agents publish, alone or sharing it with other bridges, and publishes nothing. */
const bridgeRole = {
  rolename: 'streamgauge-bridge',
  acls: [
    ...['metrics/#', statuses, dropped].flatMap((topic) => [
      allow('publishClientReceive', topic),
      allow('subscribePattern', topic),
      allow('unsubscribePattern', topic),
    ]),
    ...['$share/bridge/metrics/#', `$share/bridge/${statuses}`].flatMap((topic) => [
      allow('subscribePattern', topic),
      allow('unsubscribePattern', topic),
    ]),
  ],
}

/** Mosquitto 2.0 reads salts of this size only. */
const saltBytes = 12
const hashBytes = 64
/** The broker hashes in its only thread whenever somebody logs in; these passwords are random and long. */
const iterations = 1_000

/** The login in a URL of the broker; throws one sentence when there is none. */
export function loginOf(url: string): Login {
  const { username, password } = new URL(url)
  if (username === '' || password === '')
    throw new Error('the URL of the broker has no username and password')
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) }
}

/**
 * The text of the file in which Mosquitto's dynamic-security plugin keeps logins and roles, with the logins of the
 * installation as they must be and all else as it was; undefined when `existing` says so already. To be written
 * while the broker does not run, readable by it alone. Throws when `existing` is not such a file.
 */
export function bootstrap(existing: string | undefined, logins: OwnLogins): string | undefined {
  const before: Security | undefined = existing === undefined ? undefined : JSON.parse(existing)
  const ownRoles = [adminRole, bridgeRole]
  const own = [
    { ...logins.admin, role: adminRole },
    ...logins.bridges.map((login) => ({ ...login, role: bridgeRole })),
  ]
  const names = new Set(own.map(({ username }) => username))
  const roleNames = new Set(ownRoles.map(({ rolename }) => rolename))
  const clients = own.map(({ role, ...login }) => clientOf(login, role.rolename, before))
  const after: Security = {
    ...before,
    defaultACLAccess,
    clients: [...clients, ...(before?.clients ?? []).filter(({ username }) => !names.has(username))],
    groups: before?.groups ?? [],
    roles: [...ownRoles, ...(before?.roles ?? []).filter(({ rolename }) => !roleNames.has(rolename))],
  }
  const text = JSON.stringify(after, null, 2)
  return before !== undefined && sorted(before) === sorted(after) ? undefined : text
}

/** Keeps the salted hash when the password still matches it. */
function clientOf({ username, password }: Login, rolename: string, before?: Security): Client {
  const roles = [{ rolename }]
  const kept = before?.clients.find((client) => client.username === username)
  if (kept !== undefined && matches(kept, password)) return { ...kept, roles }
  const salt = randomBytes(saltBytes)
  return {
    username,
    password: hash(password, salt, iterations).toString('base64'),
    salt: salt.toString('base64'),
    iterations,
    roles,
  }
}

function matches(client: Client, password: string): boolean {
  if (!client.password || !client.salt || !client.iterations) return false
  const kept = Buffer.from(client.password, 'base64')
  const given = hash(password, Buffer.from(client.salt, 'base64'), client.iterations)
  return kept.length === given.length && timingSafeEqual(kept, given)
}

function hash(password: string, salt: Buffer, rounds: number): Buffer {
  return pbkdf2Sync(password, salt, rounds, hashBytes, 'sha512')
}

/** The same text for what means the same: the plugin keeps neither the order of entries nor that of their fields. */
function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).sort().join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).map(([name, field]) => `${JSON.stringify(name)}:${sorted(field)}`)
  return `{${fields.sort().join(',')}}`
}
