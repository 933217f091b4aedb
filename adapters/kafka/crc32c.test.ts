import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { createLog } from '../log.ts'
import { createClient } from './client.ts'
import { crc32c } from './crc32c.ts'

const require = createRequire(import.meta.url)
const folder = 'kafkajs/src/protocol/recordBatch/crc32C'

test('KafkaJS counts with it', () => {
  createClient({
    brokers: ['127.0.0.1:1'],
    clientId: 'test',
    logger: createLog({ name: 'test', level: 'silent', terminal: false }),
  })
  // Eight bytes a step are read in another order than one by one.
  const order: string[] = []
  const bytes = new Proxy(new Uint8Array(16), {
    get(target, key) {
      order.push(String(key))
      return Reflect.get(target, key, target)
    },
  })
  require(folder)(bytes)
  const theirs = order.splice(0)
  crc32c(bytes)
  assert.deepEqual(theirs, order)
})

test('the checksums are those of RFC 3720 and of KafkaJS', () => {
  const known: [bytes: Uint8Array, crc: number][] = [
    [new Uint8Array(0), 0],
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(0xff), 0x62a8ab43],
    [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    [Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    [Buffer.from('123456789'), 0xe3069283],
  ]
  for (const [bytes, crc] of known) assert.equal(crc32c(bytes), crc)
  const path = require.resolve(`${folder}/crc32C.js`)
  delete require.cache[path]
  const original = require(path) as (bytes: Uint8Array) => number
  for (let length = 0; length < 500; length++) {
    const bytes = randomBytes(length + 3).subarray(3)
    assert.equal(crc32c(bytes), original(bytes))
  }
})
