import { type Logger, pino } from 'pino'
import pretty from 'pino-pretty'

export type { Logger } from 'pino'

/** The log of one process: JSON lines on standard output, or readable ones when that is a terminal. */
export function createLog(options: { name: string; level: string; terminal: boolean }): Logger {
  const settings = {
    name: options.name,
    level: options.level,
    base: { pid: process.pid, name: options.name },
  }
  return options.terminal ? pino(settings, pretty({ ignore: 'pid,hostname', sync: true })) : pino(settings)
}
