import { formatPosition, type StreamPosition } from '@streamgauge/core/position.ts'

/** Why a client has to fetch history anew: the `reason` of a `resync` event. */
export const resyncReasons = {
  unknown_position: 'the position the client named is not one',
  other_partition: 'the position belongs to another partition',
  ahead: 'the position lies above the head',
  too_old: 'the position is older than the replay ring',
  slow: 'the reader fell too far behind',
  hole: 'records are missing from the log',
} as const
export type ResyncReason = keyof typeof resyncReasons

const eventEnd = Buffer.from('\n\n')
const newline = 10
const carriageReturn = 13

/** Bytes before the JSON of a `points` event. */
export function pointsHead(position: StreamPosition): Buffer {
  return Buffer.from(`event: points\nid: ${formatPosition(position)}\ndata: `)
}

/** The `points` event of one record around its bytes; JSON over several lines is written anew as one. */
export function pointsFrame(position: StreamPosition, json: Buffer): Buffer {
  const severalLines = json.includes(newline) || json.includes(carriageReturn)
  const line = severalLines ? Buffer.from(JSON.stringify(JSON.parse(json.toString('utf8')))) : json
  return Buffer.concat([pointsHead(position), line, eventEnd])
}

/** The JSON inside a frame that `pointsFrame` made. */
export function frameJson(position: StreamPosition, frame: Buffer): string {
  return frame.toString('utf8', pointsHead(position).length, frame.length - eventEnd.length)
}

/** A block without data: it moves the client's last event id and dispatches nothing. Opening and heartbeat. */
export function idFrame(position: StreamPosition): Buffer {
  return Buffer.from(`id: ${formatPosition(position)}\n\n`)
}

/** Tells the client that events are missing up to `position`, where the stream goes on. */
export function resyncFrame(position: StreamPosition, reason: ResyncReason): Buffer {
  const data = JSON.stringify({ reason })
  return Buffer.from(`event: resync\nid: ${formatPosition(position)}\ndata: ${data}\n\n`)
}

/** Asks the client to wait `ms` before it reconnects. */
export function retryFrame(ms: number): Buffer {
  return Buffer.from(`retry: ${Math.round(ms)}\n\n`)
}
