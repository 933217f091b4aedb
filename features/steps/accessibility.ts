import assert from 'node:assert/strict'
import { AxeBuilder } from '@axe-core/playwright'
import { Then, When } from '@cucumber/cucumber'
import { openTenantPage, panel } from '../support/dashboard.ts'
import type { Scene } from '../support/world.ts'

const pages: Readonly<Record<string, (scene: Scene) => Promise<unknown>>> = {
  async 'the sign-in page'({ context, page, stack }) {
    await context.clearCookies()
    await page.goto(`${stack.url}/sign-in`)
    await page.getByLabel(/token/i).waitFor()
  },
  async 'the overview'({ page, stack }) {
    await page.goto(`${stack.url}/`)
  },
  async 'the tenant page'(scene) {
    const page = await openTenantPage(scene, scene.tenant())
    await page.locator('[data-metric] canvas').first().waitFor()
  },
  async 'the agents page'({ page, stack }) {
    await page.goto(`${stack.url}/agents`)
  },
}

When(/^I look at (.+)$/, async function (this: Scene, name: string) {
  await pages[name](this)
  await this.page.getByRole('main').waitFor()
})

Then('axe finds nothing', { timeout: 60_000 }, async function (this: Scene) {
  const { violations } = await new AxeBuilder({ page: this.page }).analyze()
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
  )
  assert.deepEqual(found, [])
})

When('I reach the chart of {string} with the Tab key', async function (this: Scene, metric: string) {
  await tabInto(this, metric)
})

Then('its Pause is visible and reachable with the Tab key', async function (this: Scene) {
  const pause = this.page.getByRole('button', { name: /pause/i }).first()
  await pause.waitFor()
  await tabUntil(this, async () => pause.evaluate((button) => button.matches(':focus')))
})

Then('{string} shows its points as a table', async function (this: Scene, key: string) {
  await tabInto(this, 'room.temperature')
  await this.page.keyboard.press(key)
  await panel(this.page, 'room.temperature')
    .getByRole('table', { name: /^Points of/ })
    .waitFor()
})

When('the window is {int} pixels wide', async function (this: Scene, width: number) {
  await this.page.setViewportSize({ width, height: 800 })
})

Then('nothing has to be scrolled sideways', async function (this: Scene) {
  const { content, window } = await this.page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }))
  assert.ok(content <= window, `${content} pixels of content in ${window}`)
})

async function tabInto(scene: Scene, metric: string): Promise<void> {
  const chart = panel(scene.page, metric).getByRole('img')
  await tabUntil(scene, () => chart.evaluate((element) => element.matches(':focus')))
}

async function tabUntil({ page }: Scene, reached: () => Promise<boolean>): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if (await reached()) return
    await page.keyboard.press('Tab')
  }
  throw new Error('Not reached with 60 presses of Tab')
}
