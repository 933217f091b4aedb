import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const errorLevel = 50

/**
 * What the roles logged that no fault excuses, by what it says: errors, and what was thought impossible. A process may
 * survive either without leaving a trace in the stores.
 */
export function readComplaints(folder: string): Map<string, number> {
  const complaints = new Map<string, number>()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.log'))) {
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      const text = complaintIn(line)
      if (text !== undefined) complaints.set(text, (complaints.get(text) ?? 0) + 1)
    }
  }
  return complaints
}

/** A line of pino's, or whatever Node prints when a process ends in a way that nobody foresaw. */
function complaintIn(line: string): string | undefined {
  if (line === '') return undefined
  try {
    const { level, msg, code, err } = JSON.parse(line)
    const message = String(err?.message ?? '')
    const isOne = level >= errorLevel || message.startsWith('invariant:')
    return isOne ? [code, message || msg].filter(Boolean).join(' ') : undefined
  } catch {
    return /^\w*Error\b/.test(line) ? line : undefined
  }
}
