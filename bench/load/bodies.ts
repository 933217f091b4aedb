/** What requests look like. */
export interface Shape {
  /** Points in one request. */
  readonly points: number
  /** Different series, over all requests. */
  readonly series: number
}

const metrics = [
  'cpu.usage',
  'cpu.load',
  'memory.used',
  'memory.free',
  'disk.read_bytes',
  'disk.write_bytes',
  'network.received',
  'network.sent',
  'http.requests',
  'http.latency_ms',
]

/**
 * The body number `turn`: an array of points as an agent would send them, with agent, tag and time, about 125 bytes
 * each. Turns go round the series, so that one second later the same ones come again.
 */
export function makeBody({ points, series }: Shape, turn: number, at: number): Buffer {
  const items: string[] = []
  for (let i = 0; i < points; i++) {
    const k = (turn * points + i) % series
    const value = ((k * 7919 + turn * 104_729 + i) % 100_000) / 1000
    items.push(
      JSON.stringify({
        metric_name: metrics[k % metrics.length],
        agent_id: `web-${Math.floor(k / metrics.length)}`,
        value,
        timestamp: at,
        tags: { region: 'eu-central-1' },
      }),
    )
  }
  return Buffer.from(`[${items.join(',')}]`)
}

/** `count` bodies whose times end now, a tenth of a second apart. */
export function makeBodies(shape: Shape, count: number): Buffer[] {
  const now = Date.now()
  return Array.from({ length: count }, (_, turn) => makeBody(shape, turn, now - (count - turn) * 100))
}

const timeField = Buffer.from('"timestamp":')
/** Of epoch milliseconds, until the year 2286. */
const timeDigits = 13

/** Where the times of the points begin in a body, or in a request that holds one. */
export function timePlaces(bytes: Buffer): number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(timeField); at !== -1; at = bytes.indexOf(timeField, at + timeDigits))
    places.push(at + timeField.length)
  return places
}

/** Gives all points the time `at`, epoch ms: sent again, a body is as new as one of an agent. */
export function setTimes(bytes: Buffer, places: readonly number[], at: number): void {
  const digits = Buffer.from(String(at))
  for (const place of places) bytes.set(digits, place)
}
