import { Agent, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { startProcesses } from './processes.ts'
import { openSse } from './sse.ts'

export interface LatencyResult {
  readonly posted: number
  readonly lost: number
  readonly doubled: number
  /** From the start of a POST to the arrival of its event, ms. */
  readonly ms: { readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number }
}

const budget = { p50: 10, p95: 25, p99: 60 }
/** Posted before the measurement, so that code is compiled and connections are open. */
const warmUp = 100

/** POSTs one point every `everyMs` and waits for each on one stream. `url` is that of ingest and gateway. */
export async function measureLatency(
  target: { readonly url: string; readonly tenant: string; readonly token: string },
  { points, everyMs }: { points: number; everyMs: number },
): Promise<LatencyResult> {
  const agent = new Agent({ keepAlive: true })
  const authorization = `Bearer ${target.token}`
  using sse = await openSse(`${target.url}/api/v1/stream/${target.tenant}?metric=latency`, { authorization })
  await sse.find(({ id }) => id !== undefined)
  const sentAt: number[] = []
  const answers: Promise<number>[] = []
  const start = performance.now()
  const total = warmUp + points
  for (let i = 0; i < total; i++) {
    await wait(Math.max(0, start + i * everyMs - performance.now()))
    sentAt.push(performance.now())
    const body = JSON.stringify({ metric_name: 'latency', value: i })
    answers.push(post(`${target.url}/api/v1/metrics`, body, authorization, agent))
  }
  const refused = (await Promise.all(answers)).filter((status) => status !== 202)
  if (refused.length > 0) throw new Error(`${refused.length} requests were answered ${refused[0]}`)
  await sse.find(({ data }) => data !== undefined && JSON.parse(data).x.includes(total - 1))
  agent.destroy()

  const arrived = new Map<number, number>()
  let doubled = 0
  for (const { event, data, at } of sse.blocks) {
    if (event !== 'points' || data === undefined) continue
    for (const value of JSON.parse(data).x as number[]) {
      if (arrived.has(value)) doubled++
      else arrived.set(value, at)
    }
  }
  const times = [...arrived].filter(([i]) => i >= warmUp).map(([i, at]) => at - sentAt[i])
  times.sort((a, b) => a - b)
  const percentile = (share: number) => times[Math.ceil(times.length * share) - 1]
  return {
    posted: total,
    lost: total - arrived.size,
    doubled,
    ms: { p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99), max: percentile(1) },
  }
}

function post(url: string, body: string, authorization: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const sending = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    sending.on('error', reject)
    sending.end(body)
  })
}

if (import.meta.main) {
  await using processes = await startProcesses()
  const result = await measureLatency(processes, { points: 800, everyMs: 15 })
  const { ms, posted, lost, doubled } = result
  const line = Object.entries(ms).map(([name, value]) => `${name} ${value.toFixed(1)} ms`)
  process.stdout.write(
    `POST to SSE event: ${line.join(', ')}; ${posted} posted, ${lost} lost, ${doubled} doubled\n`,
  )
  const within = ms.p50 <= budget.p50 && ms.p95 <= budget.p95 && ms.p99 <= budget.p99
  if (!within || lost > 0 || doubled > 0) {
    process.stdout.write(`over budget: ${JSON.stringify(budget)}\n`)
    process.exitCode = 1
  }
}
