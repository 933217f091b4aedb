/** What holds where an option is left out. */
export const defaults = {
  maxPoints: 500,
  maxBytes: 256 * 1024,
  maxAgeMs: 1_000,
  bufferPoints: 50_000,
  bufferBytes: 16 * 1024 * 1024,
  requestTimeoutMs: 10_000,
} as const

export const fixed = {
  /** Shorter bodies gain nothing from gzip, bytes. */
  gzipFromBytes: 1_024,
  /** Waits double from the first to the longest, ms. */
  firstWaitMs: 250,
  longestWaitMs: 30_000,
  /** The server knows an Idempotency-Key again for 24 h at least: a request is sent again for less, ms. */
  giveUpMs: 23 * 3_600_000,
  /** How long `close`, and a Node process about to exit, go on trying, ms. */
  closeMs: 5_000,
  /** Browsers take 64 KiB of bodies from a page that is leaving, in all its requests together: bytes, some to spare. */
  keepaliveBytes: 60 * 1024,
} as const
