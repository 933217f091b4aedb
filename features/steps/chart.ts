import assert from 'node:assert/strict'
import { Given, Then, When } from '@cucumber/cucumber'
import { openTenantPage, panel, readTable, type ShownPoint, waitLive } from '../support/dashboard.ts'
import { expectedPoints, inOrder } from '../support/expected.ts'
import { framingPoints } from '../support/post-to-pixel.ts'
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

Given('its Live Dashboard shows a chart of {string}', async function (this: Scene, metric_name: string) {
  const frame = framingPoints(metric_name, Date.now())
  assert.equal((await this.tenant().post(frame)).status, 202)
  this.expected.push(...frame)
  const page = await openTenantPage(this, this.tenant())
  await panel(page, metric_name).locator('canvas').first().waitFor()
})

Then('a live chart of {string} appears', async function (this: Scene, metric: string) {
  await waitLive(this.page, metric)
})

Then(
  'the chart of {string} has {int} lines and shows every point',
  async function (this: Scene, metric: string, lines: number) {
    const shown = await shownOnce(this, metric, 10_000)
    assert.equal(new Set(shown.map((point) => point.series)).size, lines)
    await panel(this.page, metric)
      .locator('.legend li')
      .nth(lines - 1)
      .waitFor()
  },
)

Then('the chart of {string} shows every point once', async function (this: Scene, metric: string) {
  await shownOnce(this, metric, 10_000)
})

Then('the chart of {string} shows them as well', async function (this: Scene, metric: string) {
  await shownOnce(this, metric, 10_000)
})

Then(
  'within {int} seconds the chart of {string} shows every point once',
  { timeout: 60_000 },
  async function (this: Scene, seconds: number, metric: string) {
    await shownOnce(this, metric, seconds * 1000)
  },
)

When('I pause the charts', async function (this: Scene) {
  await this.page.getByRole('button', { name: /pause/i }).first().click()
})

When('I let the charts go on', async function (this: Scene) {
  await this.page
    .getByRole('button', { name: /resume|go on|continue/i })
    .first()
    .click()
})

Then(
  'the chart of {string} says that it is paused and {int} points behind',
  async function (this: Scene, metric: string, behind: number) {
    await panel(this.page, metric).getByText(`PAUSED · ${behind} behind`).first().waitFor()
  },
)

Then('neither the API nor the chart of {string} has it', async function (this: Scene, metric_name: string) {
  // A point that is allowed goes the same way, later: once it is on the chart, the other one would be too.
  const allowed = { metric_name, value: 25, timestamp: Date.now() }
  assert.equal((await this.tenant().post(allowed)).status, 202)
  this.expected.push(allowed)
  await shownOnce(this, metric_name, 10_000)
  const stored = await this.tenant().stored(
    metric_name,
    allowed.timestamp - 600_000,
    allowed.timestamp + 60_000,
  )
  assert.deepEqual(inOrder(stored), expectedPoints(this, metric_name))
})

/** Waits until the table of the chart is as long as it must be, and compares it with what was posted. */
export async function shownOnce(scene: Scene, metric: string, withinMs: number): Promise<ShownPoint[]> {
  const wanted = expectedPoints(scene, metric)
  const shown = await until(`${wanted.length} points of ${metric} are on the chart`, withinMs, async () => {
    const points = await readTable(scene.page, metric)
    return points.length >= wanted.length ? points : undefined
  })
  assert.deepEqual(inOrder(shown.map(({ time, value }) => [time, value])), wanted)
  return shown
}
