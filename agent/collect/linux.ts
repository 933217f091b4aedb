import { type Counters, ratesOf, readDisks, readNetwork } from './counters.ts'
import { readStat, usage } from './cpu.ts'
import { readProc, readProcIfThere } from './files.ts'
import { readMeminfo } from './memory.ts'
import { createMountReader, localMounts } from './mounts.ts'
import type { Readings } from './readings.ts'

/** Reads a Linux machine from /proc, without starting a process; `mounts` empty means every local disk. */
export function createLinuxReader(mounts: readonly string[]): () => Promise<Readings> {
  const chosen = mounts.length > 0 ? mounts : localMounts(readProcIfThere('self/mounts') ?? '')
  const readMounts = createMountReader(chosen)
  let before = measure()
  return async () => {
    const now = measure()
    const elapsedMs = now.at - before.at
    const cores = [...now.stat.cores].flatMap(([core, times]): [string, number][] => {
      const percent = usage(before.stat.cores.get(core), times)
      return percent === undefined ? [] : [[core, percent]]
    })
    const readings = {
      cpu: usage(before.stat.whole, now.stat.whole),
      cores: new Map(cores),
      memory: readMeminfo(readProc('meminfo')),
      load: readLoad(readProcIfThere('loadavg')),
      network: ratesOf(before.network, now.network, elapsedMs),
      disks: ratesOf(before.disks, now.disks, elapsedMs),
    }
    before = now
    return { ...readings, mounts: await readMounts() }
  }
}

function measure(): { at: number; stat: ReturnType<typeof readStat>; network: Counters; disks: Counters } {
  return {
    at: performance.now(),
    stat: readStat(readProc('stat')),
    network: readNetwork(readProcIfThere('net/dev') ?? ''),
    disks: readDisks(readProcIfThere('diskstats') ?? ''),
  }
}

function readLoad(text: string | undefined): [number, number, number] | undefined {
  if (text === undefined) return undefined
  const [one, five, fifteen] = text.split(' ').map(Number)
  return [one, five, fifteen]
}
