import { setTimeout as sleep } from 'node:timers/promises'
import { type Child, startChild } from '../child.ts'
import type { Tenant } from '../installation.ts'
import type { Line } from '../line.ts'
import { type Connection, ingestRequest, openConnection } from '../load/http.ts'
import type { ReadersAsk, Taken } from '../load/readers.ts'
import { cpuSeconds, residentMB } from '../proc.ts'
import { quantile } from '../stats.ts'

/** The most that one tenant may have open is a thousand. */
const plan = { tenants: 5, streamsPerTenant: 1_000, rounds: 3, eventsPerRound: 6 }
const tailMs = 1_000

/** 5,000 streams on one gateway, each with an event a second. */
export const fanOut: Line = {
  name: 'fan-out',
  async measure({ installation, say }) {
    const tenants: Tenant[] = []
    for (let i = 0; i < plan.tenants; i++) tenants.push(await installation.tenant('fan'))
    const streams = tenants.flatMap(({ name, read }) =>
      Array.from({ length: plan.streamsPerTenant }, () => ({ tenant: name, token: read })),
    )

    say(`opening ${streams.length} bare streams`)
    const alone = await bareRounds(tenants, streams, say)
    say(`opening ${streams.length} streams`)
    using readers = startChild<ReadersAsk, Taken>('load/readers.ts')
    const openedAt = performance.now()
    await readers.ask({ type: 'open', url: installation.url, streams })
    const openSeconds = (performance.now() - openedAt) / 1000
    using connection = await openConnection(installation.url)
    const post = (tenant: Tenant) => {
      const body = JSON.stringify({ metric_name: 'fan.out', value: epochMs() })
      return connection.send(ingestRequest(tenant.ingest, body))
    }
    const gateway = installation.pid('gateway')
    await round(readers, tenants, post, 2)
    const p99: number[] = []
    const p50: number[] = []
    const cpuBefore = cpuSeconds(gateway)
    const start = performance.now()
    let readerCpu = 0
    for (let n = 1; n <= plan.rounds; n++) {
      say(`round ${n} of ${plan.rounds}`)
      const taken = await round(readers, tenants, post, plan.eventsPerRound)
      p99.push(quantile(taken.latencies, 0.99))
      p50.push(quantile(taken.latencies, 0.5))
      readerCpu += taken.cpuSeconds
    }
    const seconds = (performance.now() - start) / 1000
    const share = (used: number) => `${((used / seconds) * 100).toFixed(0)} % of a core`
    return [
      {
        id: 'fan-out-p99',
        title: 'SSE fan-out, 5,000 streams × 1 event/s, POST → event, p99',
        unit: 'ms',
        rounds: p99,
        ceiling: { what: 'a bare node:http server that writes the same bytes', rounds: alone },
        budget: { most: 250 },
        note: `p50 ${p50.map((ms) => ms.toFixed(0)).join(', ')} ms; opened in ${openSeconds.toFixed(1)} s; the gateway took ${share(cpuSeconds(gateway) - cpuBefore)} and ${residentMB(gateway).toFixed(0)} MB, the readers ${share(readerCpu)}`,
      },
    ]
  },
}

async function bareRounds(
  tenants: readonly Tenant[],
  streams: readonly { tenant: string; token: string }[],
  say: (text: string) => void,
): Promise<number[]> {
  using server = startChild<object, string>('load/bare-fan-out.ts')
  using readers = startChild<ReadersAsk, Taken>('load/readers.ts')
  const url = await server.ask({})
  await readers.ask({ type: 'open', url, streams })
  using connection: Connection = await openConnection(url)
  const post = ({ name }: Tenant) => {
    const body = JSON.stringify({ v: 1, tenant: name, s: [0], t: [Date.now()], x: [epochMs()] })
    return connection.send(
      Buffer.from(`POST /${name} HTTP/1.1\r\nhost: bench\r\ncontent-length: ${body.length}\r\n\r\n${body}`),
    )
  }
  await round(readers, tenants, post, 2)
  const p99: number[] = []
  for (let n = 1; n <= plan.rounds; n++) {
    say(`bare round ${n} of ${plan.rounds}`)
    p99.push(quantile((await round(readers, tenants, post, plan.eventsPerRound)).latencies, 0.99))
  }
  return p99
}

/** Each tenant gets its event once a second, one tenant after the other. */
async function round(
  readers: Child<ReadersAsk, Taken>,
  tenants: readonly Tenant[],
  post: (tenant: Tenant) => Promise<number>,
  events: number,
): Promise<Taken> {
  await readers.ask({ type: 'take' })
  const start = performance.now()
  for (let n = 0; n < events * tenants.length; n++) {
    await sleep(Math.max(0, start + (n * 1000) / tenants.length - performance.now()))
    const status = await post(tenants[n % tenants.length])
    if (status !== 202) throw new Error(`a point was answered ${status}`)
  }
  await sleep(tailMs)
  const taken = await readers.ask({ type: 'take' })
  const wanted = events * tenants.length * plan.streamsPerTenant
  if (taken.latencies.length !== wanted || taken.closed > 0)
    throw new Error(`${taken.latencies.length} of ${wanted} events came, ${taken.closed} streams were closed`)
  return taken
}

/** The clock that all processes of a machine share, finer than a millisecond. */
function epochMs(): number {
  return performance.timeOrigin + performance.now()
}
