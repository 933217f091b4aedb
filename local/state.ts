import { randomBytes } from 'node:crypto'
import { readIfThere, replaceFile } from './files.ts'
import type { Home } from './home.ts'
import type { Identity } from './identity.ts'
import { codeOf, LaunchError } from './launch-error.ts'
import { freePort } from './ports.ts'

interface Remembered {
  /** Ports by what listens on them. */
  ports: Record<string, number>
  /** Passwords and tokens made for this data folder. */
  secrets: Record<string, string>
  /** Hashes of what was built or prepared, to not do it again. */
  stamps: Record<string, string>
  /** Children that run now, for whoever comes after a launcher that was killed. */
  children: Record<string, Identity>
}

/** What one data folder remembers between starts: a file only its owner can read. */
export interface State {
  readonly data: Readonly<Remembered>
  /** The port remembered under this name, or a new one when it is taken or there is none. */
  port(name: string): Promise<number>
  secret(name: string): string
  set<K extends keyof Remembered>(kind: K, name: string, value: Remembered[K][string] | undefined): void
}

/** Reads the state of a data folder; throws a LaunchError when the file is damaged. */
export function openState(home: Home): State {
  const file = home.path('state.json')
  const data = read(file)
  const state: State = {
    data,
    async port(name) {
      const port = await freePort(data.ports[name])
      if (port !== data.ports[name]) state.set('ports', name, port)
      return port
    },
    secret(name) {
      const kept = data.secrets[name]
      if (kept !== undefined) return kept
      const made = randomBytes(24).toString('base64url')
      state.set('secrets', name, made)
      return made
    },
    set(kind, name, value) {
      if (value === undefined) delete data[kind][name]
      else data[kind][name] = value
      replaceFile(file, `${JSON.stringify(data, null, 2)}\n`)
    },
  }
  return state
}

function read(file: string): Remembered {
  const fresh: Remembered = { ports: {}, secrets: {}, stamps: {}, children: {} }
  try {
    const text = readIfThere(file)
    return text === undefined ? fresh : { ...fresh, ...JSON.parse(text) }
  } catch (error) {
    const why = codeOf(error) ?? 'it is not JSON'
    throw new LaunchError(
      `${file} can't be read (${why}): restore it, or move its folder away to start anew with empty data.`,
      { cause: error },
    )
  }
}
