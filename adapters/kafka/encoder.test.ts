import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { mock, test } from 'node:test'
import { patchEncoder } from './encoder.ts'

const require = createRequire(import.meta.url)
const encodeRequest = require('kafkajs/src/protocol/request')
const produce = require('kafkajs/src/protocol/requests/produce/v3/request')
const metadata = require('kafkajs/src/protocol/requests/metadata/v0/request')

const text = (length: number) => 'däta'.repeat(length).slice(0, length)
const bytes = (length: number) => Buffer.from(Array.from({ length }, (_, i) => i % 251))

/** Requests with records of many sizes, alone and together, with keys and headers, and one without records. */
const sizes = [0, 1, 500, 1023, 1024, 1025, 4096, 30_000, 600_000]
const record = (value: Buffer | string, more: object = {}) => ({ key: 'tenant', value, ...more })
const batches = [
  ...sizes.map((size) => [record(bytes(size))]),
  ...sizes.map((size) => [record(text(size), { headers: { src: '12', long: text(2_000) } })]),
  sizes.map((size) => record(bytes(size), { key: null })),
  Array.from({ length: 50 }, (_, i) => record(bytes(i * 100))),
]

async function encodeAll(): Promise<{ bytes: string; size: number }[]> {
  const requests = batches.map((messages) =>
    produce({
      acks: -1,
      timeout: 5000,
      topicData: [{ topic: 't', partitions: [{ partition: 3, messages }] }],
    }),
  )
  const all = [...requests, metadata({ topics: ['a', 'b'] })]
  return Promise.all(
    all.map(async (request, correlationId) => {
      const encoded = await encodeRequest({ correlationId, clientId: 'test', request })
      return { bytes: encoded.buffer.toString('hex'), size: encoded.size() }
    }),
  )
}

test('requests are byte for byte those that KafkaJS writes', async () => {
  mock.timers.enable({ apis: ['Date'], now: 1_790_000_000_000 })
  const theirs = await encodeAll()
  patchEncoder()
  assert.deepEqual(await encodeAll(), theirs)
  mock.timers.reset()
})

test('what is written after the bytes were asked for comes after them', () => {
  const Encoder = require('kafkajs/src/protocol/encoder')
  const encoder = new Encoder().writeInt8(1).writeBuffer(bytes(2_000)).writeInt8(2)
  assert.equal(encoder.buffer.length, 2_002)
  encoder.writeInt8(3).writeBuffer(bytes(1_500))
  assert.equal(encoder.size(), 3_503)
  assert.deepEqual([encoder.buffer[2_001], encoder.buffer[2_002], encoder.buffer[2_003]], [2, 3, 0])
})
