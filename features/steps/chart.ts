import assert from 'node:assert/strict'
import { Given, Then, When } from '@cucumber/cucumber'
import { openTenantPage, panel, readTable, waitLive } from '../support/dashboard.ts'
import { until } from '../support/until.ts'
import type { Scene } from '../support/world.ts'

Given('its Live Dashboard is open', async function (this: Scene) {
  const page = await openTenantPage(this, this.tenant())
  await page.getByText(/curl/).first().waitFor()
})

Given('its Live Dashboard is open and says how to send the first point', async function (this: Scene) {
  const page = await openTenantPage(this, this.tenant())
  await page
    .getByText(/curl .*\/api\/v1\/metrics/s)
    .first()
    .waitFor()
})

Given('the Live Dashboard of {string} is open', async function (this: Scene, name: string) {
  const page = await openTenantPage(this, this.tenant(name))
  await page.getByText(/curl/).first().waitFor()
})

/** Two points frame the chart: its value axis then holds still from 0 to 100 for as long as they are in sight. */
Given('its Live Dashboard shows a chart of {string}', async function (this: Scene, metric_name: string) {
  const then = Math.floor(Date.now() / 1000) * 1000 - 100_000
  const answer = await this.tenant().post([
    { metric_name, value: 0, timestamp: then },
    { metric_name, value: 100, timestamp: then + 1000 },
  ])
  assert.equal(answer.status, 202)
  const page = await openTenantPage(this, this.tenant())
  await panel(page, metric_name).locator('canvas').first().waitFor()
})

Then('a live chart of {string} appears', async function (this: Scene, metric: string) {
  await waitLive(this.page, metric)
})

Then(
  'the chart of {string} has a line for each series and shows every point',
  async function (this: Scene, metric: string) {
    const table = await shownOnce(this, metric, 10_000)
    assert.equal(
      Math.max(...table.map((row) => row.length)) - 1,
      4,
      'a column for the time and one for each series',
    )
  },
)

Then('the chart of {string} shows every point once', async function (this: Scene, metric: string) {
  await shownOnce(this, metric, 10_000)
})

Then(
  'the chart of {string} shows the {int} values',
  async function (this: Scene, metric: string, count: number) {
    assert.equal(this.expected.length, count)
    await shownOnce(this, metric, 10_000)
  },
)

Then(
  'within {int} seconds the chart of {string} shows every point once',
  { timeout: 60_000 },
  async function (this: Scene, seconds: number, metric: string) {
    await shownOnce(this, metric, seconds * 1000)
  },
)

When('I pause the chart of {string}', async function (this: Scene, metric: string) {
  await waitLiveOrStale(this, metric)
  await panel(this.page, metric).getByRole('button', { name: /pause/i }).click()
})

When('I let the chart of {string} go on', async function (this: Scene, metric: string) {
  await panel(this.page, metric)
    .getByRole('button', { name: /resume|go on|continue|play/i })
    .click()
})

Then(
  'the chart of {string} says that it is paused and {int} points behind',
  async function (this: Scene, metric: string, behind: number) {
    await panel(this.page, metric).getByText(`PAUSED · ${behind} behind`).first().waitFor()
  },
)

Then('neither the API nor the chart of {string} has it', async function (this: Scene, metric: string) {
  // A point that is allowed follows the same way; once it is on the chart, the other one would be too.
  const now = Date.now()
  const answer = await this.tenant().post({ metric_name: metric, value: 25, timestamp: now })
  assert.equal(answer.status, 202)
  const cells = await until('the allowed point is shown', 10_000, async () => {
    const all = (await readTable(this.page, metric)).flatMap((row) => row.slice(1))
    return all.some((cell) => Number(cell) === 25) ? all : undefined
  })
  assert.ok(!cells.some((cell) => Number(cell) === 50), 'the refused value is on the chart')
  const values = (await this.tenant().stored(metric, now - 60_000, now + 60_000)).map(([, value]) => value)
  assert.deepEqual(values, [25])
})

/** Waits until the table of the chart holds every expected value, and checks that it holds none of them twice. */
export async function shownOnce(scene: Scene, metric: string, withinMs: number): Promise<string[][]> {
  const wanted = scene.expected.filter((point) => point.metric_name === metric).map((point) => point.value)
  assert.ok(wanted.length > 0)
  const table = await until(`${wanted.length} points of ${metric} are on the chart`, withinMs, async () => {
    const rows = await readTable(scene.page, metric)
    const shown = valuesOf(rows)
    return wanted.every((value) => shown.has(value)) ? rows : undefined
  })
  const shown = valuesOf(table)
  for (const value of wanted) assert.equal(shown.get(value), 1, `the value ${value}`)
  return table
}

/** How often each value stands in the table; the first cell of a row is its time. */
function valuesOf(rows: readonly string[][]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const cell of rows.flatMap((row) => row.slice(1))) {
    const value = Number(cell.replaceAll(/[^\d.-]/g, ''))
    if (cell !== '' && !Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return counts
}

async function waitLiveOrStale(scene: Scene, metric: string): Promise<void> {
  await panel(scene.page, metric)
    .getByText(/^(LIVE|STALE)/)
    .first()
    .waitFor()
}
