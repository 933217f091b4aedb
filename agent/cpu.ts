import type { CpuInfo } from 'node:os'

/** Time all cores have spent since boot, in whatever unit the system counts. */
export interface CpuTimes {
  readonly busy: number
  readonly total: number
}

export function sumTimes(cpus: readonly Pick<CpuInfo, 'times'>[]): CpuTimes {
  const idle = cpus.reduce((sum, { times }) => sum + times.idle, 0)
  const total = cpus.reduce((sum, { times }) => sum + Object.values(times).reduce((a, b) => a + b, 0), 0)
  return { busy: total - idle, total }
}

/** Percent of all cores that was busy between two readings; undefined when no time has passed. */
export function usage(before: CpuTimes, now: CpuTimes): number | undefined {
  const total = now.total - before.total
  if (total <= 0) return undefined
  // Counters of single cores may step back a tick: never show less than nothing.
  return Math.min(100, Math.max(0, (100 * (now.busy - before.busy)) / total))
}
