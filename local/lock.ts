import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readIfThere } from './files.ts'
import type { Home } from './home.ts'
import { type Identity, identify, isRunning } from './identity.ts'
import { codeOf, LaunchError } from './launch-error.ts'

/** Takes the data folder for this process; throws a LaunchError while another launcher holds it. Returns the release. */
export function lockHome(home: Home): () => void {
  const taken = takeLock(lockOf(home))
  if (typeof taken === 'function') return taken
  throw new LaunchError(
    `Streamgauge already runs on ${home.dir} (process ${taken.pid}): stop that one, ` +
      'or start this one on another folder with STREAMGAUGE_DATA.',
  )
}

/** True while a launcher runs on this data folder. */
export function isLocked(home: Home): boolean {
  return runningHolder(lockOf(home)) !== undefined
}

/** Takes a lock file for this process. Returns the release, or the running process that holds it. */
export function takeLock(file: string): (() => void) | Identity {
  const self = JSON.stringify(identify(process.pid))
  for (;;) {
    try {
      writeFileSync(file, self, { flag: 'wx', mode: 0o600 })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
    const holder = runningHolder(file) ?? removeStale(file)
    if (holder !== undefined) return holder
  }
}

/**
 * Removes the lock of a process that is gone. Two may find the same stale lock: the one that moved away a lock that was
 * taken meanwhile puts it back, and returns its holder.
 */
function removeStale(file: string): Identity | undefined {
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
  const holder = runningHolder(aside)
  if (holder !== undefined) linkSync(aside, file)
  rmSync(aside)
  return holder
}

function runningHolder(file: string): Identity | undefined {
  try {
    const holder: Identity = JSON.parse(readIfThere(file) ?? '')
    return isRunning(holder) ? holder : undefined
  } catch {
    return undefined // none, or half written by a launcher that was killed
  }
}

function lockOf(home: Home): string {
  return home.path('lock')
}
