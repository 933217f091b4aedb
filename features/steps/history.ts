import assert from 'node:assert/strict'
import { Given, Then, When } from '@cucumber/cucumber'
import type { Batch } from '@streamgauge/core/batch.ts'
import type { Locator } from 'playwright'
import { openTenantPage, panel, waitLive } from '../support/dashboard.ts'
import { openProbe } from '../support/lit-pixels.ts'
import type { Point } from '../support/tenant.ts'
import { until } from '../support/until.ts'
import type { Scene } from '../support/world.ts'

const minute = 60_000
const week = 7 * 24 * 60 * minute
const halfDay = 12 * 60 * minute
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
          value:
            i === 4_321 && n === 0 ? 500 : Math.round(100 * (50 + 20 * n + 10 * Math.sin(i / 200 + n))) / 100,
        }))
      await postAll(this, points)
    }
    await windowsHoldAll(this, metric_name)
  },
)

Given(
  'an hour of {string} is stored, 6 points a second',
  { timeout: 60_000 },
  async function (this: Scene, metric_name: string) {
    const begin = Date.now() - 90 * minute
    // few are high: what is left of thinned points would have another mean
    const points = Array.from({ length: 6 * 3_600 }, (_, i) => ({
      ...{ metric_name, agent_id: 'a', timestamp: begin + Math.round((i * 1_000) / 6) },
      value: i % 60 === 0 ? 100 : 1 + (i % 7),
    }))
    await postAll(this, points)
    await windowsHoldAll(this, metric_name)
  },
)

Given('a value of {string} of half a day ago is stored', async function (this: Scene, metric_name: string) {
  await postAll(this, [{ metric_name, value: 50, timestamp: Date.now() - halfDay }])
  await windowsHoldAll(this, metric_name)
})

Given(
  'the last 4 minutes of {string} are stored, a point a second',
  async function (this: Scene, metric_name: string) {
    const begin = Date.now() - 4 * minute
    await postAll(
      this,
      Array.from({ length: 240 }, (_, i) => ({
        metric_name,
        value: 50 + 20 * Math.sin(i / 20),
        timestamp: begin + i * 1_000,
      })),
    )
  },
)

async function postAll(scene: Scene, points: readonly (Point & { timestamp: number })[]): Promise<void> {
  for (let i = 0; i < points.length; i += 5_000) {
    assert.equal((await scene.tenant().post(points.slice(i, i + 5_000))).status, 202)
  }
  scene.expected.push(...points)
}

async function windowsHoldAll(scene: Scene, metric: string): Promise<void> {
  await until(`windows of ${metric} that hold every point`, 20_000, async () => {
    const { name, tokens } = scene.tenant()
    const path = `/api/v1/tenants/${name}/metrics?metric=${metric}&from=-8d&resolution=5m`
    const answer = await scene.api.expect<{ batch: Batch & { count: number[] } }>(200, 'GET', path, {
      token: tokens.read,
    })
    return answer.batch.count.reduce((a, b) => a + b, 0) === scene.expected.length || undefined
  })
}

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

When('I choose that hour', async function (this: Scene) {
  const times = this.expected.map(({ timestamp }) => timestamp)
  const page = await openTenantPage(this, this.tenant())
  await page.goto(`${page.url()}?from=${times[0]}&to=${(times.at(-1) ?? 0) + 1}`)
})

Then('it says that it is drawn from seconds', async function (this: Scene) {
  await this.page.getByText('HISTORY · 1s').first().waitFor()
})

When('I press {string} while the past is shown', async function (this: Scene, key: string) {
  await this.page
    .getByText(/^HISTORY|^NO POINTS/)
    .first()
    .waitFor()
  await this.page.keyboard.press(key)
})

Then('the chart of {string} shows the value of half a day ago', async function (this: Scene, metric: string) {
  const eyes = await openProbe(this.page, metric)
  await until('the middle of the chart is lit', 10_000, async () => {
    const scale = await eyes.evaluate((probe) => probe.scale())
    if (!scale) return undefined
    const { width, height } = scale
    const middle = { x: Math.round(width * 0.4), y: 0, width: Math.round(width * 0.2), height }
    return (await eyes.evaluate((probe, box) => probe.lit(box), middle)) > 0 || undefined
  })
})

When('I watch every frame of the chart of {string}', async function (this: Scene, metric: string) {
  await panel(this.page, metric)
    .getByText(/^HISTORY/)
    .first()
    .waitFor()
  const eyes = await openProbe(this.page, metric)
  await until('the line is lit', 10_000, () => eyes.evaluate((probe) => probe.scale() ?? undefined))
  await eyes.evaluate((probe) => probe.watch())
  this.eyes = eyes
})

Then(
  'every frame of the chart of {string} showed one picture or the other',
  async function (this: Scene, metric: string) {
    await waitLive(this.page, metric)
    // the new picture has been on the screen for a while
    await this.page.evaluate(async () => {
      for (let i = 0; i < 20; i++) await new Promise((resolve) => requestAnimationFrame(resolve))
    })
    const columns = (await this.eyes?.evaluate((probe) => probe.watched())) ?? []
    assert.ok(columns.length > 20, `only ${columns.length} frames`)
    const least = 0.9 * Math.min(columns[0], columns[columns.length - 1])
    assert.ok(least > 100, 'both pictures hold a long line')
    assert.ok(
      columns.every((lit) => lit >= least),
      `columns with a line, frame by frame: ${columns.join(' ')}`,
    )
  },
)

Then(
  'a band stands where the spike of {string} was, far above the lines',
  async function (this: Scene, metric: string) {
    const spike = this.expected.find(({ value }) => value === 500)?.timestamp ?? 0
    const eyes = await openProbe(this.page, metric)
    await until('the band has been drawn', 10_000, async () => {
      const scale = await eyes.evaluate((probe) => probe.scale())
      if (!scale) return undefined
      const { width, height } = scale
      const above = { x: 0, y: Math.round(height * 0.35), width, height: Math.round(height * 0.35) }
      const columns = await eyes.evaluate((probe, box) => probe.shaded(box), above)
      const at = width * (1 - (Date.now() - spike) / week)
      return (columns.length > 0 && columns.every((x) => Math.abs(x - at) < 12)) || undefined
    })
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
