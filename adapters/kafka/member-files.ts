import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Claim, GroupOptions } from './types.ts'

/**
 * Gives this process a name in each group (`group.instance.id`) that its successor takes over, so that a group doesn't
 * wait for the session of a killed member to time out (10 s). Only for a folder that belongs to one process at a time,
 * whose supervisor starts it again when it has ended.
 *
 * A name is a file `group.name.pid` of `folder`. It is there before the broker has heard of it, and it changes hands in
 * one rename, so whenever a process dies its name is found; and of several that want it one gets it, once its owner
 * is dead.
 */
export function memberFiles(folder: string): (group: string) => NonNullable<GroupOptions['member']> {
  return (group) => {
    let claim: Claim | null | undefined
    return () => {
      if (claim?.holds()) return claim
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        // Who has lost a name takes none from others: two that can't see each other would take turns for ever.
        const inherited = claim === undefined ? inherit(folder, group) : undefined
        claim = claimOf(folder, group, inherited ?? create(folder, group))
      } catch {
        claim = null // A folder that can't be written costs those 10 s, so it is no reason to fail.
      }
      return claim
    }
  }
}

/** Files of the claims that this process has made. */
const own = new Set<string>()

function claimOf(folder: string, group: string, name: string): Claim {
  const file = fileOf(folder, group, name, process.pid)
  own.add(file)
  return {
    name,
    holds: () => existsSync(file),
    giveUp: () => rmSync(file, { force: true }),
  }
}

function create(folder: string, group: string): string {
  const name = randomUUID()
  writeFileSync(fileOf(folder, group, name, process.pid), '', { flag: 'wx', mode: 0o600 })
  return name
}

/** The name of a process that is dead. */
function inherit(folder: string, group: string): string | undefined {
  for (const file of readdirSync(folder)) {
    if (!file.startsWith(`${group}.`)) continue
    const [name, owner, ...more] = file.slice(group.length + 1).split('.')
    const pid = Number(owner)
    // A group's name may begin with that of another one.
    if (more.length > 0 || !Number.isSafeInteger(pid) || isTaken(join(folder, file), pid)) continue
    try {
      renameSync(fileOf(folder, group, name, pid), fileOf(folder, group, name, process.pid))
      return name
    } catch {
      // somebody else was quicker
    }
  }
  return undefined
}

function fileOf(folder: string, group: string, name: string, pid: number): string {
  return join(folder, `${group}.${name}.${pid}`)
}

/** In containers every process is number 1: one with our own number was before us, unless it is us. */
function isTaken(file: string, pid: number): boolean {
  if (pid === process.pid) return own.has(file)
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
