import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const polynomial = 0x82f63b78
const tables = makeTables()

/** CRC-32C (Castagnoli) of record batches, eight bytes a step: several times as fast as KafkaJS's own. */
export function crc32c(bytes: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables
  let crc = -1
  let at = 0
  for (const last = bytes.length - 8; at <= last; at += 8) {
    crc ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)
    crc =
      t7[crc & 255] ^
      t6[(crc >>> 8) & 255] ^
      t5[(crc >>> 16) & 255] ^
      t4[crc >>> 24] ^
      t3[bytes[at + 4]] ^
      t2[bytes[at + 5]] ^
      t1[bytes[at + 6]] ^
      t0[bytes[at + 7]]
  }
  for (; at < bytes.length; at++) crc = t0[(crc ^ bytes[at]) & 255] ^ (crc >>> 8)
  return (crc ^ -1) >>> 0
}

/** Table k holds the remainders of a byte that is followed by k zero bytes (Kounavis and Berry, slicing by 8). */
function makeTables(): Int32Array[] {
  const made = Array.from({ length: 8 }, () => new Int32Array(256))
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
    made[0][byte] = crc
  }
  for (let table = 1; table < 8; table++) {
    for (let byte = 0; byte < 256; byte++) {
      const before = made[table - 1][byte]
      made[table][byte] = (before >>> 8) ^ made[0][before & 255]
    }
  }
  return made
}

/** Puts it in the place of KafkaJS's own, which is loaded with the first request that carries records. */
export function patchChecksum(): void {
  const path = require.resolve('kafkajs/src/protocol/recordBatch/crc32C/crc32C.js')
  require(path)
  const loaded = require.cache[path]
  if (loaded) loaded.exports = crc32c
}
