import { startChild } from '../child.ts'
import type { Tenant } from '../installation.ts'
import type { Budget, Line, Row } from '../line.ts'
import { openChain } from '../load/chain.ts'
import { probe } from '../load/probe.ts'
import type { SenderAsk, Sent } from '../load/sender.ts'
import { repeat } from '../rounds.ts'
import { quantile } from '../stats.ts'

const everyMs = 15
/** Rounds of the path and of its ceiling alternate, so that a change of the machine meets both. */
const plan = { rounds: 5, count: 300, warmUp: 100 }
const chainTitle = 'log → store → log alone'

/** From POST to the event on a stream while nothing else happens. */
export const latencyIdle: Line = {
  name: 'latency-idle',
  async measure({ installation, say }) {
    const tenant = await installation.tenant('quiet')
    await using chain = await openChain(installation)
    say('warming up')
    await probe({ url: installation.url, tenant, everyMs, count: plan.warmUp })
    await chain.run(everyMs, plan.warmUp)
    const path: number[][] = []
    const alone: number[][] = []
    await repeat(plan.rounds, say, async () => {
      path.push(await probe({ url: installation.url, tenant, everyMs, count: plan.count }))
      alone.push(await chain.run(everyMs, plan.count))
    })
    return [
      row('latency-idle-p50', 'POST → SSE, idle, p50', 0.5, { most: 10 }),
      row('latency-idle-p95', 'POST → SSE, idle, p95', 0.95, { most: 25 }),
      row('latency-idle-p99', 'POST → SSE, idle, p99', 0.99, { most: 60 }),
    ]

    function row(id: string, title: string, q: number, budget: Budget): Row {
      const ceiling = { what: chainTitle, rounds: alone.map((times) => quantile(times, q)) }
      return { id, title, unit: 'ms', rounds: path.map((times) => quantile(times, q)), ceiling, budget }
    }
  },
}

const busy = { pointsPerSecond: 20_000, shape: { points: 200, series: 100 }, tenants: 4, seconds: 9 }

/** The same while 20,000 points a second pass, in requests of 200 to four tenants; the probe is of one of them. */
export const latencyBusy: Line = {
  name: 'latency-20k',
  async measure({ installation, say }) {
    const tenants: Tenant[] = []
    for (let i = 0; i < busy.tenants; i++) tenants.push(await installation.tenant('busy'))
    await using chain = await openChain(installation)
    using sender = startChild<SenderAsk, Sent>('load/sender.ts')
    const tokens = tenants.map(({ ingest }) => ingest)
    await sender.ask({
      type: 'prepare',
      url: installation.url,
      tokens,
      shape: busy.shape,
      connections: 16,
    })
    const requestsPerSecond = busy.pointsPerSecond / busy.shape.points
    say('warming up')
    await sender.ask({ type: 'send', seconds: 2, requestsPerSecond })
    const rounds = 3
    const count = 250
    const path: number[] = []
    const median: number[] = []
    const alone: number[] = []
    const sent: Sent[] = []
    await repeat(rounds, say, async () => {
      const sending = sender.ask({ type: 'send', seconds: busy.seconds, requestsPerSecond })
      const times = await probe({ url: installation.url, tenant: tenants[0], everyMs, count })
      path.push(quantile(times, 0.99))
      median.push(quantile(times, 0.5))
      alone.push(quantile(await chain.run(everyMs, count), 0.99))
      sent.push(await sending)
      await installation.settled()
    })
    const rate = sent.map(({ points, seconds }) => points / seconds)
    const refused = sent.reduce((sum, one) => sum + one.refused, 0)
    if (refused > 0) throw new Error(`${refused} requests of the load were refused`)
    const cpu = sent.reduce((sum, one) => sum + one.cpuSeconds / one.seconds, 0) / sent.length
    return [
      {
        id: 'latency-20k-p99',
        title: 'POST → SSE at 20,000 points/s, p99',
        unit: 'ms',
        rounds: path,
        ceiling: { what: `${chainTitle}, under the same load`, rounds: alone },
        budget: { most: 150 },
        note: `p50 ${median.map((ms) => ms.toFixed(1)).join(', ')} ms; the load was ${(Math.min(...rate) / 1000).toFixed(1)}k points/s at least, its generator took ${(cpu * 100).toFixed(0)} % of a core`,
      },
    ]
  },
}
