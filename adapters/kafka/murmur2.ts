const seed = 0x9747b28c
const m = 0x5bd1e995

/** The hash of Kafka's default partitioner (`Utils.murmur2` of the Java client), as a signed 32-bit number. */
export function murmur2(data: Uint8Array): number {
  const length = data.length
  let h = seed ^ length
  const blocks = length >> 2
  for (let i = 0; i < blocks; i++) {
    const at = i * 4
    let k = data[at] | (data[at + 1] << 8) | (data[at + 2] << 16) | (data[at + 3] << 24)
    k = Math.imul(k, m)
    k ^= k >>> 24
    h = Math.imul(h, m) ^ Math.imul(k, m)
  }
  const tail = blocks * 4
  const rest = length - tail
  if (rest >= 3) h ^= data[tail + 2] << 16
  if (rest >= 2) h ^= data[tail + 1] << 8
  if (rest >= 1) h = Math.imul(h ^ data[tail], m)
  h ^= h >>> 13
  h = Math.imul(h, m)
  return h ^ (h >>> 15)
}

/** The partition of a key among `partitions`: what every Kafka client with the default partitioner chooses. */
export function partitionOfKey(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions
}
