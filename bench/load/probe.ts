import { setTimeout as sleep } from 'node:timers/promises'
import type { Tenant } from '../installation.ts'
import { ingestRequest, openConnection } from './http.ts'
import { openStream } from './stream.ts'

const metric = 'bench.probe'
const connections = 8
const patienceMs = 10_000

export interface ProbeOptions {
  readonly url: string
  readonly tenant: Pick<Tenant, 'name' | 'ingest' | 'read'>
  readonly everyMs: number
  readonly count: number
}

/**
 * Posts a point every `everyMs`, whatever has become of those before, and waits for each on a stream that is
 * filtered to them. Answers the times from POST to event, ms; throws when one never came, or came twice.
 */
export async function probe({ url, tenant, everyMs, count }: ProbeOptions): Promise<number[]> {
  const sentAt: number[] = []
  const arrived = new Set<number>()
  const latencies: number[] = []
  const all = Promise.withResolvers<void>()
  all.promise.catch(() => undefined) // it may fail while points are still being sent; that is met below
  using stream = await openStream(url, tenant, `?metric=${metric}`, (batch, at) => {
    for (const n of batch.x) {
      if (arrived.has(n)) all.reject(new Error(`point ${n} came twice`))
      arrived.add(n)
      latencies.push(at - sentAt[n])
    }
    if (latencies.length === count) all.resolve()
  })
  await stream.opened
  await using pool = new AsyncDisposableStack()
  const free = await Promise.all(
    Array.from({ length: connections }, async () => pool.use(await openConnection(url))),
  )
  const waiting: Buffer[] = []

  async function post(request: Buffer): Promise<void> {
    const connection = free.pop()
    if (!connection) return void waiting.push(request)
    const status = await connection.send(request)
    if (status !== 202) all.reject(new Error(`a probe was answered ${status}`))
    free.push(connection)
    const next = waiting.shift()
    if (next) await post(next)
  }

  const start = performance.now() + everyMs
  for (let n = 0; n < count; n++) {
    await sleep(Math.max(0, start + n * everyMs - performance.now()))
    const body = JSON.stringify({ metric_name: metric, value: n })
    sentAt.push(performance.now())
    post(ingestRequest(tenant.ingest, body)).catch(all.reject)
  }
  const late = sleep(patienceMs, undefined, { ref: false }).then(() => {
    throw new Error(`${count - latencies.length} of ${count} points did not arrive on the stream`)
  })
  await Promise.race([all.promise, late])
  return latencies
}
