import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { callApi, expectStatus } from '@streamgauge/local/api.ts'
import type { Installation, Tenant } from '../installation.ts'
import type { Line, Row } from '../line.ts'
import { openChain } from '../load/chain.ts'
import { repeat } from '../rounds.ts'
import { quantile } from '../stats.ts'

const plan = { rounds: 3, count: 60, everyMs: 15 }
const threshold = 90
const values = { above: threshold + 5, below: threshold - 5 }
/** A new rule takes effect within 2 s. */
const patienceMs = 10_000

/** From POST of the point that crosses a threshold, up or down, to the webhook, with a rule that waits for nothing. */
export const alert: Line = {
  name: 'alert',
  async measure({ installation, say }) {
    await using receiver = await openReceiver()
    const tenant = await installation.tenant('alert')
    await makeRule(installation, tenant, receiver.url)
    await using chain = await openChain(installation)
    say('warming up')
    await sleep(2_000)
    await crossings(installation, tenant, receiver, 10)
    await chain.run(plan.everyMs, plan.count)
    const path: number[][] = []
    const alone: number[][] = []
    await repeat(plan.rounds, say, async () => {
      path.push(await crossings(installation, tenant, receiver, plan.count))
      alone.push(await chain.run(plan.everyMs, plan.count))
    })
    return [row('alert-p50', 'p50', 0.5), { ...row('alert-p95', 'p95', 0.95), budget: { most: 250 } }]

    function row(id: string, what: string, q: number): Row {
      const ceiling = { what: 'log → store → log alone', rounds: alone.map((times) => quantile(times, q)) }
      const title = `POST → webhook, ${what}`
      return { id, title, unit: 'ms', rounds: path.map((times) => quantile(times, q)), ceiling }
    }
  },
}

interface Receiver extends AsyncDisposable {
  readonly url: string
  /** Resolves with when the next message came, as `performance.now()`. */
  next(): Promise<number>
}

async function openReceiver(): Promise<Receiver> {
  let waiting: PromiseWithResolvers<number> | undefined
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      waiting?.resolve(performance.now())
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async next() {
      waiting = Promise.withResolvers()
      const late = new AbortController()
      const silence = sleep(patienceMs, undefined, { signal: late.signal }).then(
        () => {
          throw new Error(`no webhook came within ${patienceMs} ms`)
        },
        () => 0,
      )
      try {
        return await Promise.race([waiting.promise, silence])
      } finally {
        late.abort()
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function makeRule(installation: Installation, tenant: Tenant, url: string): Promise<void> {
  const { operatorToken: token } = installation
  const base = `${installation.url}/api/v1/tenants/${tenant.name}`
  const post = async (path: string, body: object) =>
    expectStatus(await callApi(`${base}/${path}`, { token, method: 'POST', body }), 201)
  const { id } = await post('channels', { type: 'webhook', name: 'bench', url })
  const rule = { name: 'bench', metric_name: 'cpu', operator: '>', threshold, duration: 0 }
  await post('alert-rules', { ...rule, channels: [id], enabled: true })
}

/** One crossing after the other, each told before the next; the first goes up. Answers ms. */
async function crossings(
  { url }: Installation,
  { ingest: token }: Tenant,
  receiver: Receiver,
  count: number,
): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    const value = i % 2 === 0 ? values.above : values.below
    const told = receiver.next()
    const began = performance.now()
    const body = { metric_name: 'cpu', agent_id: 'bench', value }
    expectStatus(await callApi(`${url}/api/v1/metrics`, { token, method: 'POST', body }), 202)
    times.push((await told) - began)
    await sleep(plan.everyMs)
  }
  return times
}
