import { crc32 } from './crc32.ts'

/** Sequence numbers of one epoch, both ends included. */
export interface SeqRange {
  readonly epoch: number
  readonly from: number
  readonly to: number
}

/** What a segment holds, line by line; a checksum begins each line, so that a torn or damaged one is known. */
export type Line =
  /** A message, spooled before it was sent; `offset` and `length` say where in the segment its payload lies. */
  | {
      readonly kind: 'message'
      readonly seq: number
      readonly points: number
      readonly offset: number
      readonly length: number
    }
  /** The broker has taken these. */
  | { readonly kind: 'delivered'; readonly at: number; readonly ranges: readonly SeqRange[] }
  /** A connection was made: what was delivered shortly before is to be sent again. */
  | { readonly kind: 'connected'; readonly at: number }

const newline = 10
/** The checksum as eight hexadecimal digits, and a space. */
const prefixBytes = 9
const messageHead = /^m (\d+) (\d+) /
/** Longer than any head: `m`, two numbers of at most 16 digits, spaces. */
const headBytes = 40

/** One line of a segment, and where in it the payload begins. The payload is JSON without line breaks. */
export function messageLine(seq: number, points: number, payload: Buffer): { line: Buffer; head: number } {
  const head = Buffer.from(`m ${seq} ${points} `, 'latin1')
  return { line: toLine(Buffer.concat([head, payload])), head: prefixBytes + head.length }
}

export function deliveredLine(at: number, ranges: readonly SeqRange[]): Buffer {
  const list = ranges.map(({ epoch, from, to }) => `${epoch}:${from}-${to}`)
  return toLine(Buffer.from(`d ${at} ${list.join(' ')}`, 'latin1'))
}

export function connectedLine(at: number): Buffer {
  return toLine(Buffer.from(`c ${at}`, 'latin1'))
}

/** The whole lines of a segment; torn and damaged ones are left out and counted. */
export function readLines(segment: Buffer): { lines: Line[]; damaged: number } {
  const lines: Line[] = []
  let damaged = 0
  for (let start = 0; start < segment.length; ) {
    const end = segment.indexOf(newline, start)
    if (end === -1) return { lines, damaged: damaged + 1 }
    const line = readLine(segment, start, end)
    if (line === undefined) damaged++
    else lines.push(line)
    start = end + 1
  }
  return { lines, damaged }
}

function toLine(content: Buffer): Buffer {
  return Buffer.concat([Buffer.from(prefixOf(content), 'latin1'), content, Buffer.of(newline)])
}

function prefixOf(content: Uint8Array): string {
  return `${crc32(content)
    .toString(16)
    .padStart(prefixBytes - 1, '0')} `
}

function readLine(segment: Buffer, start: number, end: number): Line | undefined {
  const content = segment.subarray(start + prefixBytes, end)
  if (segment.toString('latin1', start, start + prefixBytes) !== prefixOf(content)) return undefined
  if (content[0] === 'm'.charCodeAt(0)) {
    const [head, seq, points] = messageHead.exec(content.toString('latin1', 0, headBytes)) ?? []
    if (head === undefined) return undefined
    const offset = start + prefixBytes + head.length
    return { kind: 'message', seq: Number(seq), points: Number(points), offset, length: end - offset }
  }
  const [kind, at, ...ranges] = content.toString('latin1').split(' ')
  if (kind === 'c') return { kind: 'connected', at: Number(at) }
  return kind === 'd' ? { kind: 'delivered', at: Number(at), ranges: ranges.map(readRange) } : undefined
}

function readRange(text: string): SeqRange {
  const [epoch, from, to] = text.split(/[:-]/).map(Number)
  return { epoch, from, to }
}
