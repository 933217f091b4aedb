import { type Logger, pino } from 'pino'
import pretty from 'pino-pretty'

export type { Logger } from 'pino'

/** Tokens, which are stored nowhere: of one that gets into a line, only what `token list` shows of it is written. */
const tokens = /(sg_[A-Za-z0-9_-]{8}|sgp_[A-Za-z0-9_-]{7})[A-Za-z0-9_-]{20,}/g

/** The log of one process: JSON lines on standard output, or readable ones when that is a terminal. */
export function createLog(options: { name: string; level: string; terminal: boolean }): Logger {
  const settings = {
    name: options.name,
    level: options.level,
    base: { pid: process.pid, name: options.name },
    hooks: { streamWrite: (line: string) => line.replace(tokens, '$1…') },
  }
  return options.terminal ? pino(settings, pretty({ ignore: 'pid,hostname', sync: true })) : pino(settings)
}
