import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A pid of something that may be restarted at any time, so it is read anew whenever it is needed. */
interface Controlled {
  readonly pid?: number
  /** All processes of a role that several play. */
  readonly all?: readonly { readonly pid?: number; readonly url?: string }[]
}

/** What this file needs of `.streamgauge/local.json`. */
interface LocalFile {
  readonly url: string
  readonly operator_token: string
  readonly services: Readonly<Record<string, Controlled | undefined>>
  readonly roles: Readonly<Record<string, Controlled | undefined>>
}

/** A running Streamgauge that the scenarios are pointed at. */
export interface Stack {
  /** Without a slash at its end. */
  readonly url: string
  readonly operatorToken: string
  /** Of every gateway, where several stand behind `url`; each counts for itself. */
  gateways(): readonly string[]
  /**
   * Signals a service of a stack on this machine, or all processes of a role, so that nobody is left to take over;
   * throws where the stack isn't local.
   */
  signal(kind: 'services' | 'roles', name: string, signal: NodeJS.Signals): void
}

/**
 * Finds the stack: STREAMGAUGE_STACK is its address with an operator token as the password, such as
 * `http://operator:sg_…@127.0.0.1:8080`; STREAMGAUGE_LOCAL is the `local.json` of a stack on this machine, for the
 * scenarios tagged @local. With neither, a running `npm start` in this checkout is used.
 */
export function findStack(env: NodeJS.ProcessEnv): Stack {
  const beside = fileURLToPath(new URL('../../.streamgauge/local.json', import.meta.url))
  const file = env.STREAMGAUGE_LOCAL ?? (env.STREAMGAUGE_STACK || !existsSync(beside) ? undefined : beside)
  function read(purpose: string): LocalFile {
    if (!file)
      throw new Error(`${purpose}: name the local.json of a stack on this machine in STREAMGAUGE_LOCAL`)
    return JSON.parse(readFileSync(file, 'utf8'))
  }
  return {
    ...(env.STREAMGAUGE_STACK
      ? fromAddress(env.STREAMGAUGE_STACK)
      : fromFile(read('No STREAMGAUGE_STACK is given'))),
    gateways() {
      const all = file ? read('Gateways').roles.gateway?.all : undefined
      const urls = all?.flatMap((one) => one.url ?? []) ?? []
      return urls.length > 0 ? urls : [this.url]
    },
    signal(kind, name, signal) {
      const found = read('This scenario signals processes')[kind][name]
      const pids = (found?.all ?? [found]).flatMap((one) => one?.pid ?? [])
      if (pids.length === 0) throw new Error(`${file} names no pid for ${kind}.${name}`)
      for (const pid of pids) process.kill(pid, signal)
    },
  }
}

type Address = Pick<Stack, 'url' | 'operatorToken'>

function fromFile({ url, operator_token }: LocalFile): Address {
  return { url: url.replace(/\/+$/, ''), operatorToken: operator_token }
}

function fromAddress(text: string): Address {
  const url = new URL(text)
  const operatorToken = decodeURIComponent(url.password)
  if (!operatorToken)
    throw new Error('STREAMGAUGE_STACK must carry an operator token: http://operator:sg_…@host:port')
  return { url: url.origin, operatorToken }
}
