import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The process that uses a spool; undefined when there is none. */
export function holderOf(folder: string): number | undefined {
  const [pid, started] = readIfThere(join(folder, 'lock'))?.split(' ') ?? []
  // In a container a process and the one that died before it have the same number, so when it started counts too.
  return pid !== undefined && startOf(Number(pid)) === started ? Number(pid) : undefined
}

/** Takes a spool for this process; the answer lets go of it. Throws when another process uses it. */
export function lockSpool(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const holder = holderOf(folder)
  if (holder !== undefined && holder !== process.pid)
    throw new Error(
      `process ${holder} uses the spool ${folder}: stop that agent, or give this one its own spool`,
    )
  const file = join(folder, 'lock')
  try {
    writeFileSync(file, `${process.pid} ${startOf(process.pid)}`, { mode: 0o600 })
  } catch (error) {
    // A full disk is no reason not to tell of it.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
  return () => rmSync(file, { force: true })
}

/** When a process started, in ticks since boot; elsewhere than on Linux only whether it runs. */
function startOf(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`)
  if (stat !== undefined) return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  if (process.platform === 'linux') return undefined
  try {
    process.kill(pid, 0)
    return 'running'
  } catch {
    return undefined
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}
