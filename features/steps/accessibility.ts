import assert from 'node:assert/strict'
import { AxeBuilder } from '@axe-core/playwright'
import { Then, When } from '@cucumber/cucumber'
import { agentRow, openAgentsPage } from '../support/agents-page.ts'
import { openTenantPage, panel } from '../support/dashboard.ts'
import { postUntilFiring } from '../support/firing.ts'
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
  async 'a list of agents'(scene) {
    await sendAsAgent(scene)
    await agentRow(await openAgentsPage(scene), 'web-1').waitFor()
  },
  async 'the enrolment form'(scene) {
    const page = await openAgentsPage(scene)
    await page.getByRole('button', { name: 'Enrol an agent' }).click()
    await page.getByRole('dialog').waitFor()
  },
  async "one agent's charts"(scene) {
    await sendAsAgent(scene)
    await agentRow(await openAgentsPage(scene), 'web-1').click()
    await scene.page.getByRole('group', { name: 'Filtered by agent web-1' }).waitFor()
    await scene.page.locator('[data-metric] canvas').first().waitFor()
  },
  async 'the alerts page'(scene) {
    await makeRule(scene)
    await postUntilFiring(scene, 'cpu.percent', 99)
    await scene.page.goto(`${scene.stack.url}/alerts`)
    await scene.page.getByRole('list', { name: 'Firing now' }).waitFor()
    await scene.page.getByRole('table').waitFor()
  },
  async 'the rules page'(scene) {
    await makeRule(scene)
    await scene.page.goto(`${scene.stack.url}/rules`)
    await scene.page.getByRole('switch').waitFor()
  },
  async 'the form of a rule'({ page, stack }) {
    await page.goto(`${stack.url}/rules`)
    await page.getByRole('button', { name: 'New rule' }).click()
    await page.getByRole('button', { name: 'Create rule' }).click()
    await page.getByText('Metric is missing.').waitFor()
  },
  async 'the settings'(scene) {
    const { name, tokens } = scene.tenant()
    const body = { type: 'email', to: ['ops@example.com'] }
    const options = { token: tokens.manage, body }
    await scene.api.expect(201, 'POST', `/api/v1/tenants/${name}/channels`, options)
    await scene.page.goto(`${scene.stack.url}/settings`)
    await scene.page.getByRole('button', { name: 'Test ops@example.com' }).waitFor()
  },
  async 'the form of an embed'({ page, stack }) {
    await page.goto(`${stack.url}/settings`)
    await page.getByRole('button', { name: 'New embed' }).click()
    await page.getByRole('checkbox', { name: 'room.temperature' }).waitFor()
    await page.getByRole('button', { name: 'Create embed' }).click()
    await page.getByText('Origins: must name at least one.').waitFor()
  },
  async 'a new embed'({ page, stack }) {
    await page.goto(`${stack.url}/settings`)
    await page.getByRole('button', { name: 'New embed' }).click()
    await page.getByRole('checkbox', { name: 'room.temperature' }).check()
    await page.getByLabel('Pages, one origin a line').fill('https://shop.example')
    await page.getByRole('button', { name: 'Create embed' }).click()
    await page.getByRole('group', { name: 'Preview' }).locator('canvas').first().waitFor()
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

/** One that fires with the next value above 90. */
async function makeRule(scene: Scene): Promise<void> {
  const { name, tokens } = scene.tenant()
  const body = { metric_name: 'cpu.percent', operator: '>', threshold: 90 }
  const options = { token: tokens.manage, body }
  await scene.api.expect(201, 'POST', `/api/v1/tenants/${name}/alert-rules`, options)
}

async function sendAsAgent(scene: Scene): Promise<void> {
  const point = { metric_name: 'cpu.percent', agent_id: 'web-1', value: 1 }
  assert.equal((await scene.tenant().post(point)).status, 202)
}

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
