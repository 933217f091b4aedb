import { gzipSync } from 'node:zlib'
import { createClient } from '@streamgauge/client/client.ts'
import type { Point } from '@streamgauge/client/types.ts'
import { answer, ownCpuSeconds } from '../child.ts'
import { makeBodies, type Shape } from './bodies.ts'

export type ClientAsk = { readonly shape: Shape; readonly seconds: number } & (
  | { readonly type: 'client'; readonly url: string; readonly token: string }
  /** What has to be done with points at least: write them as JSON and pack them. */
  | { readonly type: 'bare' }
)

/** CPU seconds of this process for a million points. */
answer<ClientAsk, number>(async (ask) => {
  const requests = makeBodies(ask.shape, 10).map(readPoints)
  const cpu = ownCpuSeconds()
  const end = performance.now() + ask.seconds * 1000
  let points = 0
  if (ask.type === 'bare') {
    for (let turn = 0; performance.now() < end; turn++) {
      gzipSync(JSON.stringify(stamped(requests[turn % requests.length])))
      points += ask.shape.points
    }
  } else {
    const { url, token } = ask
    const client = createClient({ url, token, maxPoints: ask.shape.points })
    for (let turn = 0; performance.now() < end; turn++) {
      client.send(stamped(requests[turn % requests.length]))
      await client.flush()
    }
    await client.close()
    points = client.stats.accepted
    if (points !== client.stats.sent) throw new Error(`the client says ${JSON.stringify(client.stats)}`)
  }
  return ((ownCpuSeconds() - cpu) / points) * 1e6
})

function readPoints(body: Buffer): Point[] {
  return JSON.parse(body.toString())
}

/** Points of now, as a program has them when it sends. */
function stamped(points: readonly Point[]): Point[] {
  const timestamp = Date.now()
  return points.map((point) => ({ ...point, timestamp }))
}
