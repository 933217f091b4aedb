import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectedLine, deliveredLine, type Line, messageLine, readLines } from './line.ts'

const payloads = ['{"epoch":1,"seq":0,"points":[]}', '{"tags":{"a":"ü€\\n \\u2028"}}', 'x'.repeat(3000)]
const lines = [
  messageLine(7, 3, Buffer.from(payloads[0])).line,
  deliveredLine(1000, [
    { epoch: 5, from: 0, to: 9 },
    { epoch: 6, from: 2, to: 2 },
  ]),
  messageLine(8, 1, Buffer.from(payloads[1])).line,
  connectedLine(2000),
  messageLine(9, 2, Buffer.from(payloads[2])).line,
]
const segment = Buffer.concat(lines)

function payloadOf(line: Line, of: Buffer): string | undefined {
  return line.kind === 'message' ? of.toString('utf8', line.offset, line.offset + line.length) : undefined
}

test('a segment reads back as it was written', () => {
  const { lines, damaged } = readLines(segment)
  assert.equal(damaged, 0)
  assert.deepEqual(
    lines.map((line) => line.kind),
    ['message', 'delivered', 'message', 'connected', 'message'],
  )
  assert.deepEqual(lines.map((line) => payloadOf(line, segment)).filter(Boolean), payloads)
  const ranges = [
    { epoch: 5, from: 0, to: 9 },
    { epoch: 6, from: 2, to: 2 },
  ]
  assert.deepEqual(lines[1], { kind: 'delivered', at: 1000, ranges })
  assert.deepEqual(lines[3], { kind: 'connected', at: 2000 })
})

test('a segment torn at any byte gives every whole line before the tear, and nothing else', () => {
  const whole = readLines(segment).lines
  const ends = lines.map((_, n) => Buffer.concat(lines.slice(0, n + 1)).length)
  for (let at = 0; at <= segment.length; at++) {
    const { lines } = readLines(segment.subarray(0, at))
    assert.deepEqual(lines, whole.slice(0, ends.filter((end) => end <= at).length), `torn at ${at}`)
  }
})

test('what follows a tear is read all the same', () => {
  for (let at = 1; at < lines[0].length; at++) {
    // As after a write that failed for want of room, had the file been used again.
    const torn = Buffer.concat([lines[0].subarray(0, at), lines[1], lines[2]])
    const { lines: read } = readLines(torn)
    const payload = read.map((line) => payloadOf(line, torn)).filter(Boolean)
    assert.deepEqual(payload, [payloads[1]], `torn at ${at}`)
  }
})

test('a damaged byte anywhere costs the lines it touches, and is never taken for something else', () => {
  const whole = readLines(segment).lines.map((line) => payloadOf(line, segment) ?? JSON.stringify(line))
  for (let at = 0; at < segment.length; at++) {
    const damaged = Buffer.from(segment)
    damaged[at] ^= 0x04
    const read = readLines(damaged)
    assert.ok(read.damaged >= 1, `damaged at ${at}`)
    for (const line of read.lines) {
      assert.ok(whole.includes(payloadOf(line, damaged) ?? JSON.stringify(line)), `damaged at ${at}`)
    }
    assert.ok(read.lines.length >= lines.length - 2, `damaged at ${at}`)
  }
})
