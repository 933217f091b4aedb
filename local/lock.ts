import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readIfThere } from './files.ts'
import type { Home } from './home.ts'
import { type Identity, identify, isRunning } from './identity.ts'
import { codeOf, LaunchError } from './launch-error.ts'

/** Takes the data folder for this process; throws a LaunchError while another launcher holds it. Returns the release. */
export function lockHome(home: Home): () => void {
  const file = home.path('lock')
  const self = identify(process.pid)
  for (;;) {
    try {
      writeFileSync(file, JSON.stringify(self), { flag: 'wx', mode: 0o600 })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
    refuseWhileHeld(file, home)
    removeStale(file, home)
  }
}

function refuseWhileHeld(file: string, home: Home): void {
  const holder = readHolder(file)
  if (holder === undefined || !isRunning(holder)) return
  throw new LaunchError(
    `Streamgauge already runs on ${home.dir} (process ${holder.pid}): stop that one, ` +
      'or start this one on another folder with STREAMGAUGE_DATA.',
  )
}

/** Two launchers may find the same stale lock: whoever moved a live one away by mistake puts it back. */
function removeStale(file: string, home: Home): void {
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  try {
    refuseWhileHeld(aside, home)
  } catch (error) {
    linkSync(aside, file)
    throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function readHolder(file: string): Identity | undefined {
  try {
    return JSON.parse(readIfThere(file) ?? '')
  } catch {
    return undefined // half written by a launcher that was killed: stale
  }
}
