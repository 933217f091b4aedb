import type { Readings } from './readings.ts'

/** A point as POST /api/v1/metrics takes it. */
export interface Point {
  readonly metric_name: string
  readonly value: number
  /** Epoch ms. */
  readonly timestamp: number
  readonly agent_id: string
  readonly tags?: Readonly<Record<string, string>>
}

/** The points of one look at the machine, all of the same moment. */
export function toPoints(readings: Readings, agentId: string, timestamp: number): Point[] {
  const common = { timestamp, agent_id: agentId }
  const points: Point[] = [{ metric_name: 'memory.used', value: readings.memory, ...common }]
  if (readings.cpu !== undefined) {
    points.unshift({ metric_name: 'cpu.usage', value: round(readings.cpu), ...common })
  }
  for (const { mount, percent } of readings.disks) {
    points.push({ metric_name: 'disk.usage', value: round(percent), ...common, tags: { mount } })
  }
  return points
}

/** A host name as an agent id: letters, digits and `. _ : -`, beginning with a letter or digit, 128 at most. */
export function toAgentId(hostname: string): string {
  const allowed = hostname.replace(/[^A-Za-z0-9._:-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '')
  return allowed.slice(0, 128) || 'unnamed'
}

/** Two decimals: what a meter shows, and fewer bytes. */
function round(percent: number): number {
  return Math.round(percent * 100) / 100
}
