import { execFileSync } from 'node:child_process'
import { readIfThere } from './files.ts'

/** One process for ever: a pid alone is reused. */
export interface Identity {
  readonly pid: number
  /** When it started, in whatever unit the system tells it: only ever compared for equality. */
  readonly started: string
}

/** The identity of a running process; undefined when there is none, or only its zombie. */
export function identify(pid: number): Identity | undefined {
  const started = process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid)
  return started === undefined ? undefined : { pid, started }
}

/** True while this very process runs. */
export function isRunning(identity: Identity): boolean {
  return identify(identity.pid)?.started === identity.started
}

function startOnLinux(pid: number): string | undefined {
  const stat = procStat(pid)
  // The name in parentheses may hold spaces; state is field 3 and starttime field 22 of proc(5).
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields === undefined || fields[0] === 'Z' ? undefined : fields[19]
}

function procStat(pid: number): string | undefined {
  try {
    return readIfThere(`/proc/${pid}/stat`)
  } catch {
    return undefined // ESRCH: it ended between open and read
  }
}

function startByPs(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}
