import { statfs } from 'node:fs/promises'
import { cpus } from 'node:os'
import { mem } from 'systeminformation'
import { type CpuTimes, sumTimes, usage } from './cpu.ts'

/** One look at this machine; what could not be read is absent. */
export interface Readings {
  /** Percent of all cores since the look before. */
  readonly cpu?: number
  /** Bytes that programs hold: caches the system would give back don't count. */
  readonly memory: number
  readonly disks: readonly { readonly mount: string; readonly percent: number }[]
}

/**
 * Reads this machine without starting a process: systeminformation's `currentLoad` and `fsSize` would start a shell
 * at every call, so the CPU comes from Node and the disks from statfs.
 */
export function createReader(mounts: readonly string[]): () => Promise<Readings> {
  let before: CpuTimes = sumTimes(cpus())
  return async () => {
    const now = sumTimes(cpus())
    const cpu = usage(before, now)
    before = now
    const { active } = await mem()
    return { cpu, memory: active, disks: await Promise.all(mounts.map(readDisk)) }
  }
}

/** As df counts: of what ordinary users may use. */
async function readDisk(mount: string): Promise<{ mount: string; percent: number }> {
  const { blocks, bfree, bavail } = await statfs(mount)
  const used = blocks - bfree
  return { mount, percent: (100 * used) / (used + bavail) }
}
