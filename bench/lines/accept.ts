import { startChild } from '../child.ts'
import type { Bench, Line, Row } from '../line.ts'
import type { Shape } from '../load/bodies.ts'
import type { ParseAsk } from '../load/parse.ts'
import type { SenderAsk, Sent } from '../load/sender.ts'
import { cpuSeconds } from '../proc.ts'
import { repeat } from '../rounds.ts'

/** What agents send that collect for a while: ten points of each series. */
const deep: Shape = { points: 1_000, series: 100 }
/** What a scraper of many machines sends: every point of another series. */
const wide: Shape = { points: 1_000, series: 1_000 }
const seconds = 2
/** Compilers take their time: a server has usually run for longer than this. */
const warmUpRounds = 3

/**
 * Points that the ingest process answers with 202 for each second of its CPU, as fast as it can; the pipeline is
 * frozen meanwhile, for it has its own line. Both sides are counted in CPU seconds, so that Kafka and the sender,
 * which need a core too, are in nobody's way.
 */
export const accept: Line = {
  name: 'accept',
  async measure(bench) {
    const title = 'HTTP accept, 1,000 points a request, for a CPU second'
    const first = await measure(bench, deep, 4)
    const second = await measure(bench, wide, 2)
    return [
      { ...first, id: 'accept', title, budget: { least: 0.5, of: 'ratio' } },
      { ...second, id: 'accept-wide', title: '— the same, every point of another series' },
    ]
  },
}

async function measure(
  { installation, say }: Bench,
  shape: Shape,
  rounds: number,
): Promise<Omit<Row, 'id' | 'title'>> {
  const tenant = await installation.tenant('accept')
  using sender = startChild<SenderAsk, Sent>('load/sender.ts')
  using parser = startChild<ParseAsk, number>('load/parse.ts')
  const tokens = [tenant.ingest]
  await sender.ask({ type: 'prepare', url: installation.url, tokens, shape, connections: 8 })
  const pid = installation.pid('gateway')

  async function flood(length: number): Promise<{ perCpu: number; sent: Sent }> {
    installation.signal('pipeline', 'SIGSTOP')
    try {
      const before = cpuSeconds(pid)
      const sent = await sender.ask({ type: 'send', seconds: length })
      if (sent.refused > 0) throw new Error(`${sent.refused} requests were refused`)
      return { perCpu: sent.points / (cpuSeconds(pid) - before), sent }
    } finally {
      installation.signal('pipeline', 'SIGCONT')
      await installation.settled()
    }
  }

  say('warming up')
  for (let n = 0; n < warmUpRounds; n++) await flood(seconds)
  const results: Awaited<ReturnType<typeof flood>>[] = []
  const alone: number[] = []
  await repeat(rounds, say, async () => {
    alone.push(await parser.ask({ shape, seconds: 1 }))
    results.push(await flood(seconds))
  })
  const wall = results.map(({ sent }) => Math.round(sent.points / sent.seconds / 1000))
  const share = results.map(({ sent }) => Math.round((sent.cpuSeconds / sent.seconds) * 100))
  return {
    unit: 'points/s',
    rounds: results.map(({ perCpu }) => perCpu),
    ceiling: { what: 'bare JSON.parse of the same bodies', rounds: alone },
    note: `${Math.min(...wall)}k to ${Math.max(...wall)}k points/s by the clock; the sender took ${Math.max(...share)} % of a core at most`,
  }
}
