import assert from 'node:assert/strict'
import { Given, Then, When } from '@cucumber/cucumber'
import type { Batch } from '@streamgauge/core/batch.ts'
import type { Locator } from 'playwright'
import { openTenantPage, panel } from '../support/dashboard.ts'
import { until } from '../support/until.ts'
import type { Scene } from '../support/world.ts'

const minute = 60_000
const week = 7 * 24 * 60 * minute
const agents = ['a', 'b']

Given(
  'a week of {string} of 2 agents is stored, with a gap and a spike',
  { timeout: 60_000 },
  async function (this: Scene, metric_name: string) {
    const begin = Math.ceil((Date.now() - week) / minute) * minute + minute
    const times = Array.from({ length: week / minute - 3 }, (_, i) => begin + i * minute)
    const gap = (t: number) => t > begin + 3 * 24 * 60 * minute && t < begin + 3.5 * 24 * 60 * minute
    for (const [n, agent_id] of agents.entries()) {
      const points = times
        .filter((t) => !gap(t))
        .map((timestamp, i) => ({
          metric_name,
          agent_id,
          timestamp,
          value: i === 4_321 ? 500 : Math.round(100 * (50 + 20 * n + 10 * Math.sin(i / 200 + n))) / 100,
        }))
      for (let i = 0; i < points.length; i += 5_000) {
        assert.equal((await this.tenant().post(points.slice(i, i + 5_000))).status, 202)
      }
      this.expected.push(...points)
    }
    await until(`windows of ${metric_name} that hold every point`, 20_000, async () => {
      const { name, tokens } = this.tenant()
      const path = `/api/v1/tenants/${name}/metrics?metric=${metric_name}&from=-8d&resolution=5m`
      const answer = await this.api.expect<{ batch: Batch & { count: number[] } }>(200, 'GET', path, {
        token: tokens.read,
      })
      return answer.batch.count.reduce((a, b) => a + b, 0) === this.expected.length || undefined
    })
  },
)

Given('its Live Dashboard shows the charts', async function (this: Scene) {
  const page = await openTenantPage(this, this.tenant())
  await page.locator('sg-panel canvas').first().waitFor()
})

When('I choose the last {string}', async function (this: Scene, name: string) {
  await this.page
    .getByRole('group', { name: 'Time range' })
    .getByRole('button', { name, exact: true })
    .click()
})

Then(
  'the chart of {string} is drawn from {string}',
  async function (this: Scene, metric: string, from: string) {
    await panel(this.page, metric).locator('.resolution', { hasText: from }).waitFor()
  },
)

When('I go back', async function (this: Scene) {
  await this.page.goBack()
})

When('I drag over a part of the chart of {string}', async function (this: Scene, metric: string) {
  const box = await stageOf(this, metric).boundingBox()
  assert.ok(box)
  const { mouse } = this.page
  await mouse.move(box.x + box.width * 0.2, box.y + 60)
  await mouse.down()
  await mouse.move(box.x + box.width * 0.3, box.y + 70, { steps: 4 })
  await mouse.up()
})

Then('it shows that part of the past, drawn finer', async function (this: Scene) {
  await this.page.getByText('HISTORY · 1m').first().waitFor()
  const query = new URL(this.page.url()).searchParams
  const length = Number(query.get('to')) - Number(query.get('from'))
  assert.ok(length > 0 && length < week / 5, `${length} ms`)
})

Then(
  'under its crosshair stand mean, least and greatest of the points of that time',
  { timeout: 60_000 },
  async function (this: Scene) {
    const metric = this.expected[0].metric_name
    const stage = stageOf(this, metric)
    await stage.focus()
    await stage.press('Home')
    let compared = 0
    for (let step = 0; step < 40; step++) {
      await stage.press('Shift+ArrowRight')
      compared += await compareSlot(this, metric)
    }
    assert.ok(compared > 20, `only ${compared} slots had points`)
  },
)

/** How many lines have points in the slot under the crosshair; each must say what the points say. */
async function compareSlot(scene: Scene, metric: string): Promise<number> {
  const { from, to, lines } = await panel(scene.page, metric).evaluate((host) => {
    const { dataset } = host.shadowRoot?.querySelector<HTMLElement>('#chart') ?? {}
    const outputs = [...(host.shadowRoot?.querySelectorAll<HTMLOutputElement>('.legend output') ?? [])]
    return {
      from: Number(dataset?.from),
      to: Number(dataset?.to),
      lines: outputs.map(({ dataset: { series, value, spread } }) => ({
        series,
        value: Number(value),
        spread,
      })),
    }
  })
  let compared = 0
  for (const { series, value, spread } of lines) {
    const values = scene.expected
      .filter((point) => 'agent_id' in point && point.agent_id === series)
      .filter(({ timestamp }) => timestamp >= from && timestamp < to)
      .map((point) => point.value)
    const told = `${series} at ${new Date(from).toISOString()}`
    if (values.length === 0) {
      assert.ok(Number.isNaN(value), `${told} has no points`)
      continue
    }
    const mean = values.reduce((a, b) => a + b) / values.length
    const [least, greatest] = spread ? spread.split(' ').map(Number) : [value, value]
    assert.ok(Math.abs(value - mean) < 1e-9 * mean, `${told}: ${value} is not the mean ${mean}`)
    if (values.length > 1 || spread) {
      assert.deepEqual([least, greatest], [Math.min(...values), Math.max(...values)], told)
    }
    compared++
  }
  return compared
}

Then('its table lists every window with as many points as there are', async function (this: Scene) {
  const metric = this.expected[0].metric_name
  await stageOf(this, metric).press('t')
  const rows = await tableRows(this, metric)
  await panel(this.page, metric).locator('sg-points').press('t')
  for (const { time, series, count } of rows) {
    const points = this.expected.filter(
      (point) =>
        'agent_id' in point &&
        point.agent_id === series &&
        point.timestamp >= time &&
        point.timestamp < time + 5 * minute,
    )
    assert.equal(count, points.length, `${series} at ${new Date(time).toISOString()}`)
  }
  // The table lists the newest thousand.
  assert.equal(rows.length, 1_000)
})

When('a program keeps posting {string}', async function (this: Scene, metric_name: string) {
  const stopping = new AbortController()
  const posting = (async () => {
    for (let i = 0; !stopping.signal.aborted; i++) {
      const point = { metric_name, value: 10 + (i % 80), timestamp: Date.now() }
      assert.equal((await this.tenant().post(point)).status, 202)
      this.expected.push(point)
    }
  })()
  this.posting = async () => {
    stopping.abort()
    await posting
  }
  this.cleanups.push(this.posting)
})

When('the program stops', async function (this: Scene) {
  await this.posting?.()
})

Then(
  'the chart of {string} counts every point once',
  { timeout: 30_000 },
  async function (this: Scene, metric: string) {
    const stage = stageOf(this, metric)
    await stage.press('t')
    await until(`a table of windows of ${this.expected.length} points`, 15_000, async () => {
      const counted = (await tableRows(this, metric)).reduce((sum, { count }) => sum + count, 0)
      return counted === this.expected.length || undefined
    })
    await panel(this.page, metric).locator('sg-points').press('t')
  },
)

function stageOf(scene: Scene, metric: string): Locator {
  return panel(scene.page, metric).locator('#chart')
}

async function tableRows(scene: Scene, metric: string) {
  const rows = panel(scene.page, metric).locator('sg-points tbody tr[data-count]')
  await rows.first().waitFor()
  return rows.evaluateAll((all) =>
    all.map((row) => ({
      time: Number(row.getAttribute('data-time')),
      series: row.getAttribute('data-series'),
      count: Number(row.getAttribute('data-count')),
    })),
  )
}
