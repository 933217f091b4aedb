import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Bytes from which a buffer is kept as it is instead of being copied. */
const largeBytes = 1024
/** What a new buffer has room for: a few numbers and a short text follow each other. */
const leastBytes = 64
const nothing = Buffer.alloc(0)

/** What the patched methods see of KafkaJS's Encoder. */
interface Encoder {
  buf: Buffer
  offset: number
  readonly buffer: Buffer
  /** What was written before `buf`. */
  parts?: Buffer[]
}

/**
 * KafkaJS copies the bytes of a record nine times on their way into a request, each time into a buffer filled with
 * zeros first: that cost more than anything else of an append, most of it in garbage. Here encoders pass on what they
 * were given, and join it when the bytes are asked for: for the checksum and for the socket.
 */
export function patchEncoder(): void {
  const Encoder = require('kafkajs/src/protocol/encoder')
  Object.defineProperty(Encoder.prototype, 'buffer', {
    get(this: Encoder) {
      if (!this.parts) return this.buf.subarray(0, this.offset)
      const joined = Buffer.concat(partsOf(this))
      this.parts = [joined]
      this.buf = nothing
      this.offset = 0
      return joined
    },
  })
  Object.assign(Encoder.prototype, {
    ensureAvailable(this: Encoder, length: number) {
      if (this.offset + length <= this.buf.length) return
      const grown = Buffer.allocUnsafe(Encoder.nextPowerOfTwo(this.offset + Math.max(length, leastBytes)))
      this.buf.copy(grown, 0, 0, this.offset)
      this.buf = grown
    },
    writeBufferInternal(this: Encoder & { ensureAvailable(length: number): void }, bytes: Buffer) {
      if (bytes.length < largeBytes) {
        this.ensureAvailable(bytes.length)
        this.offset += bytes.copy(this.buf, this.offset)
        return
      }
      this.parts ??= []
      if (this.offset > 0) this.parts.push(this.buf.subarray(0, this.offset))
      this.parts.push(bytes)
      this.buf = nothing
      this.offset = 0
    },
    writeEncoder(this: { writeBufferInternal(bytes: Buffer): void }, written: Encoder) {
      for (const part of partsOf(written)) this.writeBufferInternal(part)
      return this
    },
    writeEncoderArray(this: { writeEncoder(written: Encoder): void }, written: readonly Encoder[]) {
      for (const one of written) this.writeEncoder(one)
      return this
    },
    size(this: Encoder) {
      return partsOf(this).reduce((sum, { length }) => sum + length, 0)
    },
  })
}

function partsOf({ parts = [], buf, offset }: Encoder): Buffer[] {
  return offset === 0 ? parts : [...parts, buf.subarray(0, offset)]
}
