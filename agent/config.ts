import { limits } from '@streamgauge/core/limits.ts'
import { type Topics, topicsOf } from './send/messages.ts'

export interface Config {
  /** Of the broker, without a login. */
  readonly url: string
  readonly username: string
  readonly password: string
  readonly topics: Topics
  readonly intervalMs: number
  /** Mount points to look at; empty for every local disk. */
  readonly mounts: readonly string[]
  readonly spool: { readonly folder: string; readonly bytes: number }
}

/** What was read, or what is wrong with it: each a sentence with the remedy. */
export type ConfigReading =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly faults: readonly string[] }

/** Every setting: its key in the file, its variable, and what `--help` and docs/agent.md say of it. */
export const settings = {
  url: ['AGENT_URL', 'required', 'the broker, such as mqtt://host:1883 or mqtts://host:8883'],
  username: ['AGENT_USERNAME', 'required', 'the login that enrolment printed: tenant.agent'],
  password: ['AGENT_PASSWORD', 'required', 'its password'],
  password_file: ['AGENT_PASSWORD_FILE', 'none', 'a file that holds the password, instead'],
  interval_ms: ['AGENT_INTERVAL_MS', '1000', 'time between two looks, 100 ms to 24 hours'],
  mounts: [
    'AGENT_MOUNTS',
    'every local disk',
    'mount points to look at; commas between them in the variable',
  ],
  spool: ['AGENT_SPOOL', '/var/lib/streamgauge-agent', 'the folder for what the broker has not taken yet'],
  spool_bytes: ['AGENT_SPOOL_BYTES', '536870912', 'what that folder may hold; then the oldest goes'],
} as const satisfies Record<string, readonly [variable: string, fallback: string, meaning: string]>

type Key = keyof typeof settings

const protocols = ['mqtt:', 'mqtts:']
const range = { intervalMs: [100, limits.agentIntervalMs], spoolBytes: [1024 * 1024, 2 ** 40] } as const

/**
 * Puts the configuration together: a variable of the environment goes before the file, the file before the default.
 * `file` is the text of the configuration file, if there is one; `readText` reads the password's file.
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  file: string | undefined,
  readText: (path: string) => string,
): ConfigReading {
  const faults: string[] = []
  const fromFile = parseFile(file, faults)
  const text = (key: Key): string | undefined => {
    const value = env[settings[key][0]] || fromFile[key]
    return value === undefined ? undefined : String(value)
  }
  const name = (key: Key) => `${settings[key][0]} (in the file: ${key})`

  function number(key: Key, [least, most]: readonly [number, number]): number {
    const value = Number(text(key) ?? settings[key][1])
    if (!Number.isInteger(value) || value < least || value > most)
      faults.push(`${name(key)} must be a whole number from ${least} to ${most}.`)
    return value
  }

  const url = text('url') ?? ''
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (url === '') faults.push(`${name('url')} is not set: it names the broker, as in mqtt://host:1883.`)
  else if (parsed === undefined || !protocols.includes(parsed.protocol))
    faults.push(
      `${name('url')} is not the address of a broker: write it as mqtt://host:1883 or mqtts://host:8883.`,
    )
  else if (parsed.username !== '' || parsed.password !== '')
    faults.push(`${name('url')} must not hold the login: use ${name('username')} and ${name('password')}.`)

  const username = text('username') ?? ''
  const topics = topicsOf(username)
  if (username === '')
    faults.push(`${name('username')} is not set: enrol the agent, and use what that prints.`)
  else if (topics === undefined)
    faults.push(
      `${name('username')} is not the login of an agent: it reads tenant.agent, as enrolment prints it.`,
    )

  const passwordFile = text('password_file')
  let password = text('password')
  if (password === undefined && passwordFile !== undefined) {
    try {
      password = readText(passwordFile).trim()
    } catch (error) {
      faults.push(
        `${name('password_file')} can't be read (${(error as Error).message}): let this user read it.`,
      )
      password = '-'
    }
  }
  if (!password) faults.push(`${name('password')} is not set: enrol the agent, and use what that prints.`)

  const intervalMs = number('interval_ms', range.intervalMs)
  const bytes = number('spool_bytes', range.spoolBytes)
  const folder = text('spool') ?? settings.spool[1]
  const mounts = mountsOf(env[settings.mounts[0]] || fromFile.mounts)
  if (mounts === undefined) faults.push(`${name('mounts')} must be a list of paths, such as ["/", "/data"].`)
  if (faults.length > 0 || topics === undefined || !password || !mounts) return { ok: false, faults }
  return {
    ok: true,
    config: { url, username, password, topics, intervalMs, mounts, spool: { folder, bytes } },
  }
}

/** Mount points, as a list or separated by commas; undefined when it is neither. */
function mountsOf(value: unknown): string[] | undefined {
  if (value === undefined) return []
  const list: unknown = typeof value === 'string' ? value.split(',').map((mount) => mount.trim()) : value
  const isPaths =
    Array.isArray(list) && list.every((path) => typeof path === 'string' && path.startsWith('/'))
  return isPaths ? list : undefined
}

function parseFile(text: string | undefined, faults: string[]): Readonly<Record<string, unknown>> {
  if (text === undefined) return {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not an object')
    const unknown = Object.keys(value).filter((key) => !(key in settings))
    if (unknown.length > 0)
      faults.push(
        `The configuration file knows no ${unknown.join(', ')}: its keys are ${Object.keys(settings).join(', ')}.`,
      )
    return value as Record<string, unknown>
  } catch (error) {
    faults.push(`The configuration file is not a JSON object (${(error as Error).message}): mend it.`)
    return {}
  }
}
