import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GroupOptions } from './types.ts'

/**
 * Keeps the member id of each group in a file of `folder`, so that a process that was killed comes back as the same
 * member and its group doesn't wait for the session to time out (10 s). Only for a folder that belongs to one process
 * at a time, whose supervisor starts it again when it has ended: two living processes with one id throw each other out.
 */
export function memberFiles(folder: string): (group: string) => NonNullable<GroupOptions['member']> {
  return (group) => {
    const file = join(folder, `${group}.member`)
    return {
      previous: read(file),
      joined(memberId) {
        // Losing it costs those 10 s once, so it is no reason to fail.
        try {
          writeFileSync(file, memberId)
        } catch {}
      },
    }
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8') || null
  } catch {
    return null
  }
}
