import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from '../child.ts'
import { type ProcessName, processNames } from '../installation.ts'
import type { Line } from '../line.ts'
import { cpuSeconds, residentMB } from '../proc.ts'

const rounds = 3
const seconds = 8
/** Compilers and collectors work on for a while after a start. */
const restMs = 6_000
const roles: readonly ProcessName[] = ['gateway', 'pipeline']

/** What the roles cost that nobody uses; all that `npm start` runs is a line of its own. */
export const idle: Line = {
  name: 'idle',
  async measure({ installation, say }) {
    say('letting it come to rest')
    using bare = startChild<object, void>('load/nothing.ts')
    await sleep(restMs)
    const pids = new Map(processNames.map((name) => [name, installation.pid(name)]))
    const sum = (of: (pid: number) => number) =>
      roles.reduce((total, name) => total + of(pids.get(name) ?? 0), 0)
    const cpu: number[] = []
    const memory: number[] = []
    const bareCpu: number[] = []
    const before = new Map(processNames.map((name) => [name, cpuSeconds(pids.get(name) ?? 0)]))
    for (let round = 1; round <= rounds; round++) {
      say(`round ${round} of ${rounds}`)
      const [start, startBare] = [sum(cpuSeconds), cpuSeconds(bare.pid)]
      await sleep(seconds * 1000)
      cpu.push(((sum(cpuSeconds) - start) / seconds) * 100)
      bareCpu.push(((cpuSeconds(bare.pid) - startBare) / seconds) * 100)
      memory.push(sum(residentMB))
    }
    const share = (name: ProcessName): string => {
      const used = cpuSeconds(pids.get(name) ?? 0) - (before.get(name) ?? 0)
      return `${name} ${((used / (rounds * seconds)) * 100).toFixed(1)} %`
    }
    const split = (name: ProcessName) => `${name} ${residentMB(pids.get(name) ?? 0).toFixed(0)} MB`
    return [
      {
        id: 'idle-cpu',
        title: 'Idle: CPU of all roles, of one core',
        unit: '%',
        rounds: cpu,
        ceiling: { what: 'a Node process that does nothing', rounds: bareCpu },
        note: processNames.map(share).join(', '),
      },
      {
        id: 'idle-memory',
        title: 'Idle: resident memory of all roles',
        unit: 'MB',
        rounds: memory,
        ceiling: {
          what: 'as many Node processes that do nothing',
          rounds: [roles.length * residentMB(bare.pid)],
        },
        note: processNames.map(split).join(', '),
      },
    ]
  },
}
