import { setTimeout as sleep } from 'node:timers/promises'
import { openProbe } from '@streamgauge/features/support/lit-pixels.ts'
import { framingPoints, places, postToPixel, valueAt } from '@streamgauge/features/support/post-to-pixel.ts'
import { buildUi } from '@streamgauge/local/build.ts'
import { openDashboard } from '../dashboard.ts'
import type { Budget, Line, Row } from '../line.ts'
import { ingestRequest, openConnection } from '../load/http.ts'
import { probe } from '../load/probe.ts'
import { quantile } from '../stats.ts'

/** A chart has a place for 20 values, a round has a chart of its own, and 100 points are what the line promises. */
const rounds = 5
/**
 * Longer than a step of the chart, which draws the mean of those in one; uneven, so that the posts fall anywhere in its
 * steps and frames.
 */
const pauseMs = (turn: number) => 1_000 + ((turn * 137) % 400)
const alone = { everyMs: 15, count: 100 }

/** From POST to the pixels of the point on a live chart in headless Chromium, while nothing else happens. */
export const pixel: Line = {
  name: 'pixel',
  async measure({ installation, say }) {
    say('building the dashboard')
    await buildUi()
    const tenant = await installation.tenant('pixel')
    using connection = await openConnection(installation.url)
    await using page = await openDashboard(installation)
    const lit: number[][] = []
    const events: number[][] = []
    for (let round = 1; round <= rounds; round++) {
      say(`round ${round} of ${rounds}`)
      const metric_name = `pixel.round-${round}`
      const send = async (what: object) => ({
        status: await connection.send(ingestRequest(tenant.ingest, JSON.stringify(what))),
      })
      await send(framingPoints(metric_name, Date.now()))
      await page.open(tenant, metric_name)
      const eyes = await openProbe(page.page, metric_name)
      const times: number[] = []
      for (let turn = 1; turn <= places; turn++) {
        const value = valueAt(turn)
        times.push(await postToPixel(eyes, value, () => send({ metric_name, value })))
        await sleep(pauseMs(turn))
      }
      lit.push(times)
      const frameMs = await page.frameMs()
      const told = await probe({ url: installation.url, tenant, ...alone })
      events.push(told.map((ms) => ms + frameMs))
    }
    return [
      row('pixel-p95', 'POST → pixel on the chart, p95', (times) => quantile(times, 0.95), { most: 150 }),
      row('pixel-max', 'POST → pixel on the chart, worst', (times) => Math.max(...times), {
        most: 500,
        of: 'worst',
      }),
    ]

    function row(id: string, title: string, of: (times: readonly number[]) => number, budget: Budget): Row {
      const ceiling = { what: 'POST → SSE and one frame of that browser', rounds: events.map(of) }
      return { id, title, unit: 'ms', rounds: lit.map(of), ceiling, budget }
    }
  },
}
