import { setTimeout as sleep } from 'node:timers/promises'
import { answer, ownCpuSeconds } from '../child.ts'
import { makeBodies, type Shape, setTimes, timePlaces } from './bodies.ts'
import { type Connection, ingestRequest, openConnection } from './http.ts'

export type SenderAsk =
  /** Makes the requests and connects: nothing of that is left to do while it sends. */
  | {
      readonly type: 'prepare'
      readonly url: string
      /** Of one ingest token each; requests go to them in turn. */
      readonly tokens: readonly string[]
      readonly shape: Shape
      readonly connections: number
    }
  /** Sends at a steady pace, or as fast as answers come when there is none. */
  | { readonly type: 'send'; readonly seconds: number; readonly requestsPerSecond?: number }

export interface Sent {
  readonly accepted: number
  readonly refused: number
  readonly points: number
  /** From the first request to the last answer. */
  readonly seconds: number
  readonly cpuSeconds: number
  /** Requests that were due while every connection was busy. */
  readonly late: number
}

/** Bodies of one token; more would fall out of the CPU's caches before they are sent again. */
const variants = 10
const tickMs = 2

let requests: { readonly bytes: Buffer; readonly times: readonly number[] }[] = []
let connections: Connection[] = []
let points = 0
let turn = 0

answer<SenderAsk, Sent | undefined>(async (ask) => {
  if (ask.type === 'send') return await send(ask.seconds, ask.requestsPerSecond)
  for (const connection of connections) connection[Symbol.dispose]()
  connections = await Promise.all(Array.from({ length: ask.connections }, () => openConnection(ask.url)))
  const bodies = makeBodies(ask.shape, variants)
  requests = bodies.flatMap((body) =>
    ask.tokens.map((token) => {
      const bytes = ingestRequest(token, body)
      return { bytes, times: timePlaces(bytes) }
    }),
  )
  points = ask.shape.points
  return undefined
})

async function send(seconds: number, requestsPerSecond: number | undefined): Promise<Sent> {
  const count = { accepted: 0, refused: 0, late: 0 }
  const cpu = ownCpuSeconds()
  const start = performance.now()
  const end = start + seconds * 1000

  async function one(connection: Connection): Promise<void> {
    const { bytes, times } = requests[turn++ % requests.length]
    // Points of one time only would pile up in one place of the store, as no agent's do.
    setTimes(bytes, times, Date.now())
    const status = await connection.send(bytes)
    if (status === 202) count.accepted++
    else count.refused++
  }

  async function flatOut(connection: Connection): Promise<void> {
    while (performance.now() < end) await one(connection)
  }

  async function paced(perSecond: number): Promise<void> {
    const running = new Set<Promise<void>>()
    let due = 0
    for (let now = start; now < end; now = performance.now()) {
      const wanted = Math.floor(((now - start) / 1000) * perSecond)
      while (due < wanted) {
        const connection = connections.find(({ busy }) => !busy)
        if (!connection) break
        due++
        const sending = one(connection).finally(() => running.delete(sending))
        running.add(sending)
      }
      if (due < wanted) count.late++
      await sleep(tickMs)
    }
    await Promise.all(running)
  }

  if (requestsPerSecond === undefined) await Promise.all(connections.map(flatOut))
  else await paced(requestsPerSecond)
  return {
    ...count,
    points: count.accepted * points,
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: ownCpuSeconds() - cpu,
  }
}
