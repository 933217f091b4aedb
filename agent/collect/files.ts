import { readFileSync } from 'node:fs'

/** The text of a file under /proc: made by the kernel at every reading, without a disk or a process in between. */
export function readProc(path: string): string {
  return readFileSync(`/proc/${path}`, 'latin1')
}

/** The same, or undefined where the kernel has no such file. */
export function readProcIfThere(path: string): string | undefined {
  try {
    return readProc(path)
  } catch {
    return undefined
  }
}

/** The lines of a text, split at spaces. */
export function fieldsOf(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.trim().split(/\s+/))
}
