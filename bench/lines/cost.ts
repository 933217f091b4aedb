import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from '../child.ts'
import { type ProcessName, processNames } from '../installation.ts'
import type { Line, Row } from '../line.ts'
import { measureLoad } from '../load/load-data.ts'
import type { ParseAsk } from '../load/parse.ts'
import type { SenderAsk, Sent } from '../load/sender.ts'
import { openStream } from '../load/stream.ts'
import { cpuSeconds } from '../proc.ts'
import { repeat } from '../rounds.ts'
import { median } from '../stats.ts'

const shape = { points: 1_000, series: 100 }
const pointsPerSecond = 50_000
const tenants = 4
const rounds = 3
const seconds = 8
/** As fast as it goes: compilers take their time, and a server has usually run for longer than this. */
const warmUpSeconds = 4
const floodSeconds = 2
/** What persist puts into one transaction when it has more than enough: a mebibyte of such requests. */
const rowsPerRun = 30 * shape.points
/** After the last row is stored its record has still to be published and streamed. */
const tailMs = 300

/**
 * CPU seconds of every process for a million points through all of it, in requests of 1,000 from four tenants, one of
 * them watched: at 50,000 points a second, where each record is a transaction of its own, and as fast as it goes, where
 * many share one.
 */
export const cost: Line = {
  name: 'cost',
  async measure({ installation, say }) {
    const senders = []
    for (let i = 0; i < tenants; i++) senders.push(await installation.tenant('cost'))
    using sender = startChild<SenderAsk, Sent>('load/sender.ts')
    using parser = startChild<ParseAsk, number>('load/parse.ts')
    const tokens = senders.map(({ ingest }) => ingest)
    await sender.ask({ type: 'prepare', url: installation.url, tokens, shape, connections: 8 })
    const requestsPerSecond = pointsPerSecond / shape.points
    let streamed = 0
    using stream = await openStream(installation.url, senders[0], '', (batch) => {
      streamed += batch.s.length
    })
    await stream.opened
    say('warming up')
    await sender.ask({ type: 'send', seconds: warmUpSeconds })
    await installation.settled()

    async function measure(send: SenderAsk): Promise<{ sent: Sent; used: Used }> {
      const pids = processNames.map((name) => installation.pid(name))
      const before = pids.map(cpuSeconds)
      const sent = await sender.ask(send)
      if (sent.refused > 0) throw new Error(`${sent.refused} requests were refused`)
      await installation.settled()
      await sleep(tailMs)
      const used = pids.map((pid, i) => ((cpuSeconds(pid) - before[i]) / sent.points) * 1e6)
      return { sent, used: Object.fromEntries(processNames.map((name, i) => [name, used[i]])) as Used }
    }

    const perMillion: Used[] = []
    const flatOut: number[] = []
    const parts: number[] = []
    const sent: Sent[] = []
    await repeat(rounds, say, async () => {
      const steady = await measure({ type: 'send', seconds, requestsPerSecond })
      perMillion.push(steady.used)
      sent.push(steady.sent)
      flatOut.push(totalOf((await measure({ type: 'send', seconds: floodSeconds })).used))
      const load = await measureLoad(installation, { connections: 1, rows: rowsPerRun })
      parts.push(1e6 / (await parser.ask({ shape, seconds: 0.5 })) + load.cpuPerMillion)
    })
    if (streamed === 0) throw new Error('nothing came on the stream')
    const generator = median(sent.map(({ points, cpuSeconds }) => (cpuSeconds / points) * 1e6))
    const rate = median(sent.map((one) => one.points / one.seconds))
    const total: Row = {
      id: 'cost',
      title: 'Whole path at 50,000 points/s, all processes',
      unit: 'CPU s/M points',
      rounds: perMillion.map(totalOf),
      ceiling: { what: 'bare JSON.parse and bare LOAD DATA, MariaDB included', rounds: parts },
      budget: { most: 7 },
      note: `at ${(rate / 1000).toFixed(1)}k points/s; the load generator took ${generator.toFixed(2)} more`,
    }
    const split = processNames.map(
      (name): Row => ({
        id: `cost-${name}`,
        title: `— of this ${name}`,
        unit: 'CPU s/M points',
        rounds: perMillion.map((used) => used[name]),
      }),
    )
    const flooded: Row = {
      id: 'cost-flat-out',
      title: '— the same, as fast as it goes',
      unit: 'CPU s/M points',
      rounds: flatOut,
      ceiling: total.ceiling,
      budget: total.budget,
    }
    return [total, ...split, flooded]
  },
}

type Used = Record<ProcessName, number>

function totalOf(used: Used): number {
  return processNames.reduce((sum, name) => sum + used[name], 0)
}
