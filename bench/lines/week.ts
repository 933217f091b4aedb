import assert from 'node:assert/strict'
import { openProbe } from '@streamgauge/features/support/lit-pixels.ts'
import { buildUi } from '@streamgauge/local/build.ts'
import { openDashboard } from '../dashboard.ts'
import type { Installation, Tenant } from '../installation.ts'
import type { Line } from '../line.ts'
import { ingestRequest, openConnection } from '../load/http.ts'
import { poll } from '../poll.ts'

const minuteMs = 60_000
const metric = 'week.load'
const agents = ['a', 'b', 'c', 'd']
/** Ends before the shortest window that is shown, so that the chart is dark before the click. */
const plan = { points: 7 * 24 * 60 - 30, endsMs: 20 * minuteMs, rounds: 7, compared: 40, atOnce: 5_000 }
/** A line this long is the week and no part of it, pixels. */
const wide = 400
const patienceMs = 60_000

type Page = Awaited<ReturnType<typeof openDashboard>>['page']
type Eyes = Awaited<ReturnType<typeof openProbe>>

/** From the click on 7 d to the first frame that shows the week, of four series with a point a minute. */
export const week: Line = {
  name: 'week',
  async measure({ installation, say }) {
    say('building the dashboard')
    await buildUi()
    const tenant = await installation.tenant('week')
    say('storing a week of points')
    await seed(installation, tenant)
    await using dashboard = await openDashboard(installation)
    const { page } = dashboard
    await dashboard.open(tenant, metric)
    // the colour of the line is learnt from a picture of it
    await choose(page, '7 d').click()
    const eyes = await openProbe(page, metric)
    await poll(async () => (await eyes.evaluate((probe) => probe.scale())) !== null, patienceMs)
    say('comparing the numbers under the crosshair')
    const compared = await compare(installation, tenant, page)
    const times: number[] = []
    for (let round = 1; round <= plan.rounds; round++) {
      say(`round ${round} of ${plan.rounds}`)
      await choose(page, '5 m').click()
      await poll(async () => (await eyes.evaluate((probe) => probe.litColumns())) === 0, patienceMs)
      times.push(await clickToPicture(page, eyes))
    }
    return [
      {
        id: 'week-click',
        title: '7 d × 4 series, click → painted',
        unit: 'ms',
        rounds: times,
        budget: { most: 500 },
        note: `${compared} numbers under the crosshair are those of SQL over the points`,
      },
    ]
  },
}

const choose = (page: Page, name: string) =>
  page.getByRole('group', { name: 'Time range' }).getByRole('button', { name, exact: true })

/** Ms from the click to the first frame in which the line is as long as the chart; a frame more at most. */
async function clickToPicture(page: Page, eyes: Eyes): Promise<number> {
  const button = await choose(page, '7 d').elementHandle()
  return page.evaluate(
    ({ eyes, button, wide }) =>
      new Promise<number>((resolve) => {
        const start = performance.now()
        button?.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true }))
        function look(): void {
          if (eyes.litColumns() >= wide) resolve(performance.now() - start)
          else requestAnimationFrame(look)
        }
        requestAnimationFrame(look)
      }),
    { eyes, button, wide },
  )
}

/** Compares what stands under the crosshair with what SQL says of the points of that time; answers how many numbers. */
async function compare({ database }: Installation, { name }: Tenant, page: Page): Promise<number> {
  const panel = page.locator(`[data-metric="${metric}"]`)
  const stage = panel.locator('#chart')
  await stage.focus()
  await stage.press('Home')
  let compared = 0
  for (let step = 0; step < plan.compared; step++) {
    await stage.press('Shift+ArrowRight')
    const { from, to } = await stage.evaluate(({ dataset }) => dataset)
    const shown = await panel
      .locator('.legend output')
      .evaluateAll((outputs) => outputs.map((output) => ({ ...(output as HTMLElement).dataset })))
    const stored = await database.query<{ agent: string; mean: number; least: number; greatest: number }>(
      `SELECT agent_id AS agent, AVG(value) AS mean, MIN(value) AS least, MAX(value) AS greatest
       FROM points WHERE tenant = ? AND metric_name = ? AND ts >= ? AND ts < ? GROUP BY agent_id`,
      [name, metric, Number(from), Number(to)],
    )
    for (const { agent, mean, least, greatest } of stored) {
      const { value, spread } = shown.find(({ series }) => series === agent) ?? {}
      const told = `${agent} at ${from}`
      assert.ok(Math.abs(Number(value) - mean) < 1e-9 * mean, `${told}: ${value} is not the mean ${mean}`)
      assert.deepEqual(spread?.split(' ').map(Number), [least, greatest], told)
      compared += 3
    }
  }
  assert.ok(compared > 3 * plan.compared, `only ${compared} numbers could be compared`)
  return compared
}

/** A week of points of every agent, and their windows. */
async function seed({ url, database, settled }: Installation, tenant: Tenant): Promise<void> {
  using connection = await openConnection(url)
  const begin = Date.now() - plan.endsMs - plan.points * minuteMs
  const points = agents.flatMap((agent_id, k) =>
    Array.from({ length: plan.points }, (_, i) => ({
      ...{ metric_name: metric, agent_id, timestamp: begin + i * minuteMs },
      value: Math.round(100 * (50 + 10 * k + 10 * Math.sin(i / 200 + k) + (i % 7))) / 100,
    })),
  )
  for (let i = 0; i < points.length; i += plan.atOnce) {
    const body = JSON.stringify(points.slice(i, i + plan.atOnce))
    assert.equal(await connection.send(ingestRequest(tenant.ingest, body)), 202)
  }
  await settled()
  await poll(async () => {
    const [{ held }] = await database.query<{ held: string | null }>(
      `SELECT SUM(count) AS held FROM metrics_5m JOIN series ON series.id = series_id WHERE tenant_id = ?`,
      [tenant.id],
    )
    return Number(held) === points.length
  }, patienceMs)
}
