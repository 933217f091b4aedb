import { readdirSync, readFileSync } from 'node:fs'

/** The kernel's unit in /proc, whatever its own clock does (proc(5): USER_HZ). */
const ticksPerSecond = 100
const pageBytes = 4096
/** Places in /proc/<pid>/stat, counted after the name, which may hold spaces. */
const place = { parent: 1, faultsOfChildren: 8, user: 11, system: 12, startedAt: 19, residentPages: 21 }

/** CPU seconds that a process has used, over all its threads, in user and in system mode. */
export function cpuSeconds(pid: number): number {
  const stat = statOf(pid)
  return (stat[place.user] + stat[place.system]) / ticksPerSecond
}

/** Memory of a process that is in RAM, MB; pages shared with other processes count in each of them. */
export function residentMB(pid: number): number {
  return (statOf(pid)[place.residentPages] * pageBytes) / 1e6
}

/** Whether a process has, or ever had, a child: ended ones leave their page faults. */
export function hasStartedProcesses(pid: number): boolean {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
  return children !== '' || statOf(pid)[place.faultsOfChildren] > 0
}

/** How long a process has been there, s. */
export function ageSeconds(pid: number): number {
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
  return uptime - statOf(pid)[place.startedAt] / ticksPerSecond
}

/** The processes that this one has started, and those that they have. */
export function descendantsOf(pid: number): number[] {
  const parents = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const parent = statOf(Number(name))[place.parent]
      parents.set(parent, [...(parents.get(parent) ?? []), Number(name)])
    } catch {} // it has ended meanwhile
  }
  const under = (one: number): number[] =>
    (parents.get(one) ?? []).flatMap((child) => [child, ...under(child)])
  return under(pid)
}

/** Whether a process was stopped by a signal and not told to go on; false when there is none. */
export function isFrozen(pid: number): boolean {
  try {
    return /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'))
  } catch {
    return false
  }
}

/** Shares of the CPU time of the whole machine since `before`, 0 to 1. */
export interface MachineTicks {
  readonly busy: number
  readonly stolen: number
  readonly all: number
}

export function machineTicks(): MachineTicks {
  const [user, nice, system, idle, wait, irq, softIrq, stolen] = readFileSync('/proc/stat', 'utf8')
    .slice(5, 200)
    .trim()
    .split(/\s+/)
    .map(Number)
  const busy = user + nice + system + irq + softIrq
  return { busy, stolen, all: busy + idle + wait + stolen }
}

function statOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
}
