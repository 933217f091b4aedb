import { appendFileSync, existsSync, renameSync, statSync } from 'node:fs'

const defaults = { maxBytes: 5_000_000, tailLines: 20, maxLineLength: 2_000 }

/** A child's output: kept in a file of bounded size, with the last lines at hand. */
export interface LogFile {
  readonly path: string
  write(chunk: Buffer): void
  tail(): string[]
}

/** Appends to `path`; a full file becomes `path.1` (replacing the one before). `onLine` sees each complete line. */
export function openLogFile(path: string, onLine: (line: string) => void = () => undefined): LogFile {
  let size = existsSync(path) ? statSync(path).size : 0
  let rest = ''
  const tail: string[] = []
  return {
    path,
    write(chunk) {
      if (size + chunk.length > defaults.maxBytes && size > 0) {
        renameSync(path, `${path}.1`)
        size = 0
      }
      appendFileSync(path, chunk, { mode: 0o600 })
      size += chunk.length
      const lines = (rest + chunk.toString('utf8')).split('\n')
      rest = (lines.pop() ?? '').slice(-defaults.maxLineLength)
      for (const line of lines) {
        tail.push(line.slice(0, defaults.maxLineLength))
        onLine(line)
      }
      tail.splice(0, tail.length - defaults.tailLines)
    },
    tail: () => (rest === '' ? [...tail] : [...tail, rest]),
  }
}
