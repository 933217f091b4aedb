import type { Point } from '../send/messages.ts'
import type { SpoolCounts } from '../spool/spool.ts'
import type { Readings } from './readings.ts'

type Reading = readonly [metric: string, value: number | undefined, tags?: Readonly<Record<string, string>>]

/** The points of one look at the machine, all of the same moment; docs/agent.md lists them. */
export function toPoints(readings: Readings, timestamp: number): Point[] {
  const { cpu, cores, memory, load, mounts, network, disks } = readings
  const list: Reading[] = [
    ['cpu.usage', cpu],
    ...[...cores].map(([core, percent]): Reading => ['cpu.core.usage', percent, { core }]),
    ['memory.used', memory?.used],
    ['memory.available', memory?.available],
    ['memory.total', memory?.total],
    ['load.1m', load?.[0]],
    ['load.5m', load?.[1]],
    ['load.15m', load?.[2]],
    ...mounts.flatMap(({ mount, percent, used, total }): Reading[] => [
      ['disk.usage', percent, { mount }],
      ['disk.used', used, { mount }],
      ['disk.total', total, { mount }],
    ]),
    ...[...disks].flatMap(([device, [read, written]]): Reading[] => [
      ['disk.read_rate', read, { device }],
      ['disk.write_rate', written, { device }],
    ]),
    ...[...network].flatMap(([name, [received, sent]]): Reading[] => [
      ['network.receive_rate', received, { interface: name }],
      ['network.transmit_rate', sent, { interface: name }],
    ]),
  ]
  return list.flatMap((reading) => toPoint(reading, timestamp))
}

/** How the agent itself fares: what waits for the broker, and what it had to give up. */
export function ownPoints(counts: SpoolCounts, timestamp: number): Point[] {
  const list: Reading[] = [
    ['agent.spool.messages', counts.waitingMessages],
    ['agent.spool.dropped', counts.droppedPoints],
  ]
  return list.flatMap((reading) => toPoint(reading, timestamp))
}

function toPoint([metric_name, value, tags]: Reading, timestamp: number): Point[] {
  if (value === undefined || !Number.isFinite(value)) return []
  // Two decimals: what a meter shows, and fewer bytes.
  return [{ metric_name, value: Math.round(value * 100) / 100, timestamp, ...(tags && { tags }) }]
}
