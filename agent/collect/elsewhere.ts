import { cpus, loadavg } from 'node:os'
import si from 'systeminformation'
import { type Counters, ratesOf } from './counters.ts'
import { type CpuTimes, usage } from './cpu.ts'
import { createMountReader } from './mounts.ts'
import type { Readings } from './readings.ts'

/** Reads a machine that has no /proc, such as a Mac, as far as Node and systeminformation can. */
export function createReader(mounts: readonly string[]): () => Promise<Readings> {
  const readMounts = createMountReader(mounts.length > 0 ? mounts : ['/'])
  let before = measureCpus()
  let beforeAt = performance.now()
  let beforeNetwork: Counters = new Map()
  return async () => {
    const [memory, interfaces, mounts] = await Promise.all([si.mem(), si.networkStats(), readMounts()])
    const now = measureCpus()
    const at = performance.now()
    const network = new Map(
      interfaces.map(({ iface, rx_bytes, tx_bytes }) => [iface, [rx_bytes, tx_bytes] as const]),
    )
    const cores = now.cores.flatMap((times, core): [string, number][] => {
      const percent = usage(before.cores[core], times)
      return percent === undefined ? [] : [[String(core), percent]]
    })
    const readings = {
      cpu: usage(before.whole, now.whole),
      cores: new Map(cores),
      memory: { used: memory.active, total: memory.total, available: memory.available },
      load: loadavg() as [number, number, number],
      mounts,
      network: ratesOf(beforeNetwork, network, at - beforeAt),
      disks: new Map(),
    }
    before = now
    beforeAt = at
    beforeNetwork = network
    return readings
  }
}

function measureCpus(): { whole: CpuTimes; cores: CpuTimes[] } {
  const cores = cpus().map(({ times }) => {
    const total = Object.values(times).reduce((sum, time) => sum + time, 0)
    return { busy: total - times.idle, total }
  })
  const sum = (of: keyof CpuTimes) => cores.reduce((total, core) => total + core[of], 0)
  return { whole: { busy: sum('busy'), total: sum('total') }, cores }
}
