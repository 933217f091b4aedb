import { fieldsOf } from './files.ts'

/** Time since boot, in whatever unit the system counts. */
export interface CpuTimes {
  readonly busy: number
  readonly total: number
}

/** Whole machine and each core by its number, of /proc/stat (proc(5)). */
export function readStat(text: string): { whole: CpuTimes; cores: Map<string, CpuTimes> } {
  const cores = new Map<string, CpuTimes>()
  let whole: CpuTimes = { busy: 0, total: 0 }
  for (const [name, ...times] of fieldsOf(text)) {
    // Guests' time is already in that of user and nice.
    const [user, nice, system, idle, wait = 0, irq = 0, softIrq = 0, stolen = 0] = times.map(Number)
    const busy = user + nice + system + irq + softIrq + stolen
    const read = { busy, total: busy + idle + wait }
    if (name === 'cpu') whole = read
    else if (/^cpu\d+$/.test(name)) cores.set(name.slice(3), read)
  }
  return { whole, cores }
}

/** Percent that was busy between two readings; undefined when no time has passed. */
export function usage(before: CpuTimes | undefined, now: CpuTimes): number | undefined {
  if (before === undefined || now.total <= before.total) return undefined
  // Counters of single cores may step back a tick: never show less than nothing.
  const share = (now.busy - before.busy) / (now.total - before.total)
  return 100 * Math.min(1, Math.max(0, share))
}
