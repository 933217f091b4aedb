import type { Socket } from 'node:net'
import { answer, ownCpuSeconds } from '../child.ts'
import { dial, streamRequest } from './http.ts'

export type ReadersAsk =
  | {
      readonly type: 'open'
      readonly url: string
      readonly streams: readonly { tenant: string; token: string }[]
    }
  /** Answers what came since the last time. */
  | { readonly type: 'take' }

export interface Taken {
  readonly streams: number
  /** From the sending of the point to its arrival at one stream, ms, for each. */
  readonly latencies: Float64Array
  readonly cpuSeconds: number
  readonly closed: number
}

/** How many connect at once. */
const atOnce = 100
const valueMark = '"x":['

const open: Socket[] = []
let latencies: number[] = []
let closed = 0
let cpu = ownCpuSeconds()

answer<ReadersAsk, Taken>(async (ask) => {
  if (ask.type === 'open') {
    const queue = [...ask.streams]
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let next = queue.pop(); next; next = queue.pop()) await openOne(ask.url, next)
      }),
    )
  }
  const taken = { streams: open.length, latencies: Float64Array.from(latencies), closed }
  latencies = []
  const used = ownCpuSeconds() - cpu
  cpu += used
  return { ...taken, cpuSeconds: used }
})

/** Resolves with the first bytes of the answer. A point's value is the time it was sent at, epoch ms. */
async function openOne(url: string, { tenant, token }: { tenant: string; token: string }): Promise<void> {
  const socket = await dial(url)
  const answered = Promise.withResolvers<void>()
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    const now = performance.timeOrigin + performance.now()
    if (text.startsWith('HTTP/1.1 ')) {
      if (text.startsWith('HTTP/1.1 200')) answered.resolve()
      else answered.reject(new Error(text.slice(0, 1_000)))
    }
    for (let at = text.indexOf(valueMark); at !== -1; at = text.indexOf(valueMark, at + 1)) {
      latencies.push(now - Number.parseFloat(text.slice(at + valueMark.length, at + 40)))
    }
  })
  socket.on('error', answered.reject)
  socket.on('close', () => closed++)
  socket.write(streamRequest(token, tenant))
  open.push(socket)
  await answered.promise
}
