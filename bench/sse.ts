import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import type { Batch } from '@streamgauge/core/batch.ts'

/** One block of a stream. */
export interface SseBlock {
  readonly event: string | undefined
  readonly id: string | undefined
  readonly data: string | undefined
  readonly retry: string | undefined
  /** When it was read, ms of `performance.now()`. */
  readonly at: number
}

/** A reader of event streams for tests: keeps every block, and lets a test wait for one. */
export interface SseClient extends Disposable {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly blocks: readonly SseBlock[]
  /** The first block, among those read and those to come, for which `test` holds. */
  find(test: (block: SseBlock) => boolean, withinMs?: number): Promise<SseBlock>
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>
  /** Points of all `points` events in order, with the id of their event. */
  points(): { id: string; t: number; x: number; metric: string; agent: string | null }[]
}

/** Opens a stream; resolves with its headers, whatever the status. */
export async function openSse(url: string, headers: Readonly<Record<string, string>>): Promise<SseClient> {
  const request: ClientRequest = get(url, { headers, agent: false })
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve)
    request.on('error', reject)
  })
  request.on('error', () => undefined)
  const blocks: SseBlock[] = []
  const waiting = new Set<() => void>()
  const ended = new Promise<void>((resolve) => response.on('close', resolve))
  let rest = ''
  response.setEncoding('utf8')
  response.on('error', () => undefined)
  response.on('data', (text: string) => {
    const parts = (rest + text).split('\n\n')
    rest = parts.pop() ?? ''
    const at = performance.now()
    for (const part of parts) blocks.push(readBlock(part, at))
    for (const check of [...waiting]) check()
  })
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    blocks,
    ended,
    find(test, withinMs = 10_000) {
      return new Promise((resolve, reject) => {
        let seen = 0
        const check = () => {
          for (; seen < blocks.length; seen++) {
            if (!test(blocks[seen])) continue
            clearTimeout(timer)
            waiting.delete(check)
            resolve(blocks[seen])
            return
          }
        }
        const timer = setTimeout(() => {
          waiting.delete(check)
          reject(
            new Error(`no such event within ${withinMs} ms; the last was ${JSON.stringify(blocks.at(-1))}`),
          )
        }, withinMs)
        waiting.add(check)
        check()
      })
    },
    points: () =>
      blocks.flatMap(({ event, id, data }) => {
        if (event !== 'points' || data === undefined || id === undefined) return []
        const batch = JSON.parse(data) as Batch
        return batch.s.map((s, i) => {
          const [metric, agent] = batch.series[s]
          return { id, t: batch.t[i], x: batch.x[i], metric, agent }
        })
      }),
    [Symbol.dispose]: () => request.destroy(),
  }
}

function readBlock(text: string, at: number): SseBlock {
  const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(text)?.[1]
  return { event: field('event'), id: field('id'), data: field('data'), retry: field('retry'), at }
}
