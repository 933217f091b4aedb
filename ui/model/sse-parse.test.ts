import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SseEvent, SseParser } from './sse-parse.ts'

const stream =
  'id: 3:9\n\nevent: points\nid: 3:10\ndata: {"a":1}\ndata: {"b":"é"}\n\n: comment\n\nid: 3:11\n\n'
const events: SseEvent[] = [
  { id: '3:9', event: 'message', data: null },
  { id: '3:10', event: 'points', data: '{"a":1}\n{"b":"é"}' },
  { id: '3:11', event: 'message', data: null },
]

test('the same events come out wherever the stream is cut in two', () => {
  for (let cut = 0; cut <= stream.length; cut++) {
    const parser = new SseParser()
    assert.deepEqual([...parser.push(stream.slice(0, cut)), ...parser.push(stream.slice(cut))], events)
  }
})

test('CR and CRLF end a line like LF does, also one character at a time', () => {
  for (const end of ['\r', '\r\n']) {
    const parser = new SseParser()
    const out = [...stream.replaceAll('\n', end)].flatMap((c) => parser.push(c))
    // the LF that completes the last CRLF has no effect of its own
    assert.deepEqual(out, events)
  }
})

test('a block that was not finished is not reported', () => {
  assert.deepEqual(new SseParser().push('event: points\ndata: {}\n'), [])
})

test('one space after the colon is not part of the value, a second one is', () => {
  const [a] = new SseParser().push('data:  x\n\n')
  assert.equal(a.data, ' x')
})

test('comments and unknown fields are left out; retry is remembered', () => {
  const parser = new SseParser()
  assert.deepEqual(parser.push(':hi\nfoo: bar\nretry: 250\n\n'), [])
  assert.equal(parser.retryMs, 250)
})
