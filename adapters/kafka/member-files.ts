import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GroupOptions } from './types.ts'

/** The member id and the process that has it. */
interface Note {
  readonly id: string
  readonly pid: number
}

/**
 * Keeps the member id of each group in a file of `folder`, so that a process that was killed comes back as the same
 * member and its group doesn't wait for the session to time out (10 s). Only for a folder that belongs to one process
 * at a time, whose supervisor starts it again when it has ended: two living processes with one id throw each other
 * out. Should two ever be given the same folder, an id is handed over at most once, and never while the process that
 * noted it runs.
 */
export function memberFiles(folder: string): (group: string) => NonNullable<GroupOptions['member']> {
  return (group) => {
    const file = join(folder, `${group}.member`)
    return {
      previous: take(file),
      joined(id) {
        // Losing it costs those 10 s once, so it is no reason to fail.
        try {
          mkdirSync(folder, { recursive: true })
          const note: Note = { id, pid: process.pid }
          writeFileSync(`${file}.new`, JSON.stringify(note), { mode: 0o600 })
          renameSync(`${file}.new`, file)
        } catch {}
      },
    }
  }
}

/** The id of a process that is dead. Of several who ask at once one gets it: a file is renamed by one only. */
function take(file: string): string | null {
  const aside = `${file}.${process.pid}`
  try {
    if (hasLivingOwner(read(file))) return null
    renameSync(file, aside)
    const note = read(aside)
    rmSync(aside)
    return hasLivingOwner(note) ? null : note.id
  } catch {
    return null // there is none, or it is damaged
  }
}

function read(file: string): Note {
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** In containers every process is number 1: one with our own number was before us. */
function hasLivingOwner({ pid }: Note): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
