import type { Line, SeqRange } from './line.ts'

/** A message in the spool. */
export interface Message {
  readonly epoch: number
  readonly seq: number
  /** Points in it. */
  readonly points: number
  readonly segment: Segment
  /** Where in the segment its payload lies, bytes. */
  readonly offset: number
  readonly length: number
  /** The payload itself, when it could not be written. */
  readonly payload?: Buffer
  /** When the broker took it, epoch ms; 0 while it has not. */
  deliveredAt: number
  /** Given up, for want of room. */
  dropped: boolean
}

/** Messages one after the other, of one epoch, in one file; or in memory while the disk takes none. */
export interface Segment {
  readonly epoch: number
  /** Absent when it is in memory. */
  readonly path?: string
  bytes: number
  readonly messages: Message[]
}

/** When a message counts as delivered that must never be sent again: before any connection, epoch ms. */
export const longAgo = 1
/** What is known to be delivered may still be lost with the broker's last half minute: it is kept for so long, ms. */
export const keepDeliveredMs = 60_000

/** Applies the lines of a segment, after those of all segments before it. */
export function applyLines(segments: readonly Segment[], segment: Segment, lines: readonly Line[]): void {
  for (const line of lines) {
    if (line.kind === 'message') {
      const { seq, points, offset, length } = line
      const { epoch } = segment
      segment.messages.push({ epoch, seq, points, segment, offset, length, deliveredAt: 0, dropped: false })
    } else if (line.kind === 'delivered') {
      for (const range of line.ranges) markDelivered(segments, range, line.at)
    } else sendAgain(segments, line.at)
  }
}

/** Takes back what was delivered shortly before a connection: a broker that died had not saved it. */
export function sendAgain(segments: readonly Segment[], connectedAt: number): void {
  for (const { messages } of segments)
    for (const message of messages)
      if (message.deliveredAt >= connectedAt - keepDeliveredMs) message.deliveredAt = 0
}

/** In the order they were made. */
export function undelivered(segments: readonly Segment[]): Message[] {
  return segments.flatMap(({ messages }) => messages.filter(({ deliveredAt }) => deliveredAt === 0))
}

/** All of it is delivered, and so long ago that it is safe. */
export function isDone({ messages }: Segment, now: number): boolean {
  return messages.every(({ deliveredAt }) => deliveredAt !== 0 && deliveredAt < now - keepDeliveredMs)
}

/** As few ranges as possible. */
export function toRanges(messages: readonly Message[]): SeqRange[] {
  const sorted = messages.toSorted((a, b) => a.epoch - b.epoch || a.seq - b.seq)
  const ranges: { epoch: number; from: number; to: number }[] = []
  for (const { epoch, seq } of sorted) {
    const last = ranges.at(-1)
    if (last?.epoch === epoch && last.to >= seq - 1) last.to = seq
    else ranges.push({ epoch, from: seq, to: seq })
  }
  return ranges
}

function markDelivered(segments: readonly Segment[], { epoch, from, to }: SeqRange, at: number): void {
  for (const segment of segments) {
    if (segment.epoch !== epoch) continue
    for (const message of segment.messages)
      if (message.seq >= from && message.seq <= to) message.deliveredAt = at
  }
}
