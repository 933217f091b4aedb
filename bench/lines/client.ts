import { startChild } from '../child.ts'
import type { Line } from '../line.ts'
import type { ClientAsk } from '../load/client.ts'
import { repeat } from '../rounds.ts'

/** What agents send that collect for a while: ten points of each series. */
const shape = { points: 1_000, series: 100 }
const rounds = 3
const seconds = 2

/**
 * What `@streamgauge/client` costs the program that sends with it. The other lines send ready bytes over bare sockets
 * instead: a load must cost less than what it is there to measure.
 */
export const client: Line = {
  name: 'client',
  async measure({ installation, say }) {
    const { ingest: token } = await installation.tenant('client')
    using child = startChild<ClientAsk, number>('load/client.ts')
    const bare = { type: 'bare', shape, seconds } as const
    const sending = { type: 'client', shape, seconds, url: installation.url, token } as const
    say('warming up')
    await child.ask(sending)
    const alone: number[] = []
    const measured: number[] = []
    await repeat(rounds, say, async () => {
      alone.push(await child.ask(bare))
      measured.push(await child.ask(sending))
    })
    await installation.settled()
    return [
      {
        id: 'client',
        title: 'CPU of @streamgauge/client, 1,000 points a request',
        unit: 'CPU s/M points',
        rounds: measured,
        ceiling: { what: 'bare JSON.stringify and gzip of the same points', rounds: alone },
      },
    ]
  },
}
