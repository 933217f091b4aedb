import type { Scene } from './world.ts'

/** When, epoch ms, and what. */
export type TimedValue = [time: number, value: number]

/** What a scenario has posted of a metric, as it must be stored and shown: by time, each point once. */
export function expectedPoints({ expected }: Scene, metric: string): TimedValue[] {
  const points = expected.filter((point) => point.metric_name === metric)
  if (points.length === 0) throw new Error(`Nothing of ${metric} has been posted`)
  return inOrder(points.map(({ timestamp, value }) => [timestamp, value]))
}

export function inOrder(points: TimedValue[]): TimedValue[] {
  return points.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])
}
