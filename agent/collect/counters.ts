import { fieldsOf } from './files.ts'

/** Bytes since boot in both directions, by the name of an interface or a disk. */
export type Counters = ReadonlyMap<string, readonly [incoming: number, outgoing: number]>

/** Software that passes on what a real interface has counted already, and the machine talking to itself. */
const virtualInterface = /^(lo|veth|docker|br-|virbr|vnet|tap|tun|cni|cali|flannel|dummy|ifb)/
const sectorBytes = 512

/** Received and sent bytes of real interfaces, of /proc/net/dev. */
export function readNetwork(text: string): Counters {
  const lines = text.split('\n').slice(2).join('\n').replaceAll(':', ' ')
  const rows = fieldsOf(lines).filter(([name]) => !virtualInterface.test(name))
  return new Map(
    rows.map(([name, received, ...more]) => [name, [Number(received), Number(more[7])] as const]),
  )
}

/** Read and written bytes of whole disks, of /proc/diskstats; partitions count in their disk. */
export function readDisks(text: string): Counters {
  const rows = fieldsOf(text).filter(([, , name]) => /^(sd|hd|vd|xvd|nvme|mmcblk)/.test(name))
  const names = new Set(rows.map(([, , name]) => name))
  const isPartition = (name: string) =>
    names.has(name.replace(/p?\d+$/, '')) && names.has(name) && /\d$/.test(name)
  return new Map(
    rows
      .filter(([, , name]) => !isPartition(name) || names.size === 1)
      .map((row) => [row[2], [Number(row[5]) * sectorBytes, Number(row[9]) * sectorBytes] as const]),
  )
}

/** Bytes a second between two readings; names that were not there before, or were reset, are left out. */
export function ratesOf(before: Counters, now: Counters, elapsedMs: number): Counters {
  const rates = new Map<string, readonly [number, number]>()
  for (const [name, [incoming, outgoing]] of now) {
    const [incomingBefore, outgoingBefore] = before.get(name) ?? [Infinity, Infinity]
    if (incoming < incomingBefore || outgoing < outgoingBefore || elapsedMs <= 0) continue
    const perSecond = (bytes: number) => (bytes * 1000) / elapsedMs
    rates.set(name, [perSecond(incoming - incomingBefore), perSecond(outgoing - outgoingBefore)])
  }
  return rates
}
