import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { Given, Then, When } from '@cucumber/cucumber'
import type { Locator, Page } from 'playwright'
import { openTenantPage, panel, signIn } from '../support/dashboard.ts'
import { postUntilFiring } from '../support/firing.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { ensure, type Scene } from '../support/world.ts'

interface Hook {
  readonly receiver: Receiver
  readonly name: string
  readonly secret: string
}

const hooks = new WeakMap<Scene, Hook>()

Given('a webhook receiver is a channel', async function (this: Scene) {
  const receiver = await startReceiver()
  this.cleanups.push(() => receiver.close())
  const { name, tokens } = this.tenant()
  const body = { type: 'webhook', name: 'on call', url: receiver.url }
  const made = await this.api.expect<{ secret: string }>(201, 'POST', `/api/v1/tenants/${name}/channels`, {
    token: tokens.manage,
    body,
  })
  hooks.set(this, { receiver, name: body.name, secret: made.secret })
})

Given(
  'it has a rule: {string} above {int}',
  async function (this: Scene, metric_name: string, threshold: number) {
    const { name, tokens } = this.tenant()
    const body = { metric_name, operator: '>', threshold }
    await this.api.expect(201, 'POST', `/api/v1/tenants/${name}/alert-rules`, { token: tokens.manage, body })
  },
)

When(
  'I make a rule on the Rules page: {string} above {int}',
  async function (this: Scene, metric: string, threshold: number) {
    const page = await openPage(this, 'Rules')
    await page.getByRole('button', { name: 'New rule' }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Metric').fill(metric)
    await form.getByRole('button', { name: 'Create rule' }).click()
    // what is missing is told beside its field
    await form.getByText('Threshold is missing.').waitFor()
    await form.getByLabel('Threshold').fill(String(threshold))
    await form.getByLabel('For at least').fill('0')
    await form.getByLabel(ensure(hooks.get(this), 'a channel').name).check()
    await form.getByText(`Fires when ${metric} is above ${threshold} on every agent.`).waitFor()
    await form.getByRole('button', { name: 'Create rule' }).click()
    await form.waitFor({ state: 'hidden' })
  },
)

Then('the Rules page says {string}', async function (this: Scene, text: string) {
  const page = await openPage(this, 'Rules')
  await page.getByRole('list', { name: 'Rules', exact: true }).getByText(text).waitFor()
})

When(
  'the chart of {string} is open and I POST {int}',
  async function (this: Scene, metric: string, value: number) {
    await openTenantPage(this, this.tenant())
    await panel(this.page, metric).locator('canvas').first().waitFor()
    await postUntilFiring(this, metric, value)
  },
)

When('I POST {int}', async function (this: Scene, value: number) {
  const { status } = await this.tenant().post({ metric_name: 'room.temperature', value })
  assert.equal(status, 202)
})

Then('a red mark stands on the chart of {string}', async function (this: Scene, metric: string) {
  const chart = panel(this.page, metric)
  await until('a red line from top to bottom', 10_000, async () => (await redColumns(chart)) > 0 || undefined)
})

Then('the keyboard steps to it, and it is told', async function (this: Scene) {
  const chart = panel(this.page, 'room.temperature')
  await chart.locator('#chart').focus()
  await this.page.keyboard.press('[')
  await chart.getByText(/^Firing · room.temperature > 50/).waitFor()
  assert.match((await chart.locator('#chart').getAttribute('aria-description')) ?? '', /Firing · room/)
})

Then(
  'the receiver is told that it is {word}, with a valid signature',
  async function (this: Scene, what: string) {
    const { receiver, secret } = ensure(hooks.get(this), 'a receiver')
    const type = `alert.${what.replace(',', '')}`
    const message = await until(`a message of ${type}`, 10_000, async () =>
      receiver.received.find(({ body }) => JSON.parse(body).type === type),
    )
    const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = message.headers
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
    const wanted = createHmac('sha256', key).update(`${id}.${time}.${message.body}`).digest('base64')
    assert.ok(String(signature).split(' ').includes(`v1,${wanted}`))
    assert.equal(receiver.received.filter(({ body }) => JSON.parse(body).type === type).length, 1)
  },
)

Then('the Alerts page lists it as firing', async function (this: Scene) {
  const page = await openPage(this, 'Alerts')
  const list = page.getByRole('list', { name: 'Firing now' })
  await list.getByText('room.temperature > 50').waitFor()
  await until('the title counts it', 5_000, async () => (await page.title()).startsWith('(1) ') || undefined)
})

Then(
  'the Alerts page lists nothing as firing, and its history says that it was resolved',
  async function (this: Scene) {
    const page = await openPage(this, 'Alerts')
    await page.getByText('Nothing fires.').waitFor()
    await page.getByRole('cell', { name: 'Resolved' }).waitFor()
    await page.getByLabel('State').selectOption('FIRING')
    await page.getByRole('cell', { name: 'Resolved' }).waitFor({ state: 'hidden' })
    await page.getByRole('cell', { name: 'Firing' }).waitFor()
    assert.equal(new URL(page.url()).searchParams.get('state'), 'firing')
  },
)

When('I press its test button under Settings', async function (this: Scene) {
  const page = await openPage(this, 'Settings')
  await page.getByRole('button', { name: 'Test on call' }).click()
})

Then('I am told that the test message was delivered', async function (this: Scene) {
  await this.page.getByText('Test message: delivered, 204').waitFor()
  assert.equal(ensure(hooks.get(this), 'a receiver').receiver.received.length, 1)
})

Then('the delivery log lists it', async function (this: Scene) {
  const row = this.page.getByRole('row').filter({ hasText: 'on call' })
  await row.getByText('delivered, 204').waitFor()
})

Then('nothing there makes, changes, switches or deletes a rule', async function (this: Scene) {
  const main = this.page.getByRole('main')
  assert.equal(await main.getByRole('button').count(), 0)
  assert.equal(await main.getByRole('switch').count(), 0)
})

/** A page of the scenario's tenant, by the menu where a page is open already. */
async function openPage(scene: Scene, name: 'Alerts' | 'Rules' | 'Settings'): Promise<Page> {
  const page = scene.openPage ?? (await signIn(scene, scene.tenant()))
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name }).click()
  await page.getByRole('heading', { name, level: 1, exact: true }).waitFor()
  return page
}

/** Columns of a chart that are red over more than half of their height, on the canvases as they are on the screen. */
function redColumns(chart: Locator): Promise<number> {
  return chart.locator('canvas').evaluateAll((canvases) => {
    const area = (canvas: HTMLCanvasElement) => canvas.width * canvas.height
    const all = canvases as HTMLCanvasElement[]
    const largest = Math.max(...all.map(area))
    let columns = 0
    for (const canvas of all.filter((one) => area(one) === largest)) {
      const { width, height } = canvas
      const data = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? []
      for (let x = 0; x < width; x++) {
        let red = 0
        for (let y = 0; y < height; y++) {
          const at = 4 * (y * width + x)
          if (data[at] > 130 && data[at + 1] < 110 && data[at + 2] < 110 && data[at + 3] > 200) red++
        }
        if (red > height / 2) columns++
      }
    }
    return columns
  })
}
