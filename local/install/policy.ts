import { spawnSync } from 'node:child_process'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { readIfThere } from '../files.ts'
import { identify } from '../identity.ts'
import { codeOf } from '../launch-error.ts'

/** Asked by Debian's packages before they start a service: invoke-rc.d(8). */
const defaults = { file: '/usr/sbin/policy-rc.d', pauseMs: 200 }
const forbidden = 101

/**
 * Puts a policy in place under which installing a package starts no service; resolves to what undoes it. A policy of
 * the administrator's that forbids it anyway stays; another one comes back afterwards. One launcher at a time: the
 * file names its owner, the others wait.
 */
export async function forbidServices(file = defaults.file): Promise<() => void> {
  const kept = `${file}.kept`
  function restore(): void {
    if (ownerOf(readIfThere(file)) === undefined) return // somebody has replaced it since
    rmSync(file, { force: true })
    if (readIfThere(kept) !== undefined) renameSync(kept, file)
  }
  for (;;) {
    const policy = readIfThere(file)
    const owner = ownerOf(policy)
    if (policy !== undefined && owner === undefined && forbids(file)) return () => undefined
    if (owner === undefined) {
      if (policy !== undefined) renameSync(file, kept)
      if (create(file)) return restore
    } else if (identify(Number(owner)) === undefined) {
      restore() // it was killed half-way
    } else {
      await sleep(defaults.pauseMs)
    }
  }
}

/** The pid of the launcher that put this policy there; undefined when it is somebody else's. */
function ownerOf(policy: string | undefined): string | undefined {
  return policy?.match(/^# streamgauge (\d+)$/m)?.[1]
}

function forbids(file: string): boolean {
  return spawnSync(file, ['any', 'start']).status === forbidden
}

/** False when another launcher was faster. */
function create(file: string): boolean {
  try {
    const text = `#!/bin/sh\n# streamgauge ${process.pid}\nexit ${forbidden}\n`
    writeFileSync(file, text, { mode: 0o755, flag: 'wx' })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}
