import assert from 'node:assert/strict'
import { Given, Then, When } from '@cucumber/cucumber'
import type { Locator } from 'playwright'
import { agentRow, openAgentsPage } from '../support/agents-page.ts'
import { openTenantPage, panel } from '../support/dashboard.ts'
import { enrol, ensureTool, type Login, type Published, publish, runLine } from '../support/device.ts'
import { openProbe } from '../support/lit-pixels.ts'
import { framingPoints, postToPixel, valueAt } from '../support/post-to-pixel.ts'
import { until } from '../support/until.ts'
import { ensure, type Scene } from '../support/world.ts'
import { measured } from './half-a-second.ts'

interface Device {
  readonly login: Login
  /** The scenario's name of its tenant. */
  readonly of: string
  last?: Published
}

const devices = new WeakMap<Scene, Device>()
/** The line that the dialog gave. */
const lines = new WeakMap<Scene, string>()

Given(
  /^the device "([^"]+)"(?: of "([^"]+)")? is enrolled$/,
  { timeout: 120_000 },
  async function (this: Scene, name: string, of: string | null) {
    await ensureTool()
    devices.set(this, { login: await enrol(this.api, this.tenant(of ?? ''), name), of: of ?? '' })
  },
)

Given(
  'its Live Dashboard shows a chart of {string} of the device',
  async function (this: Scene, metric: string) {
    const { agent_id } = ensure(devices.get(this), 'a device').login
    const frame = framingPoints(metric, Date.now()).map((point) => ({ ...point, agent_id }))
    assert.equal((await this.tenant().post(frame)).status, 202)
    const page = await openTenantPage(this, this.tenant())
    await panel(page, metric).locator('canvas').first().waitFor()
  },
)

When('the device publishes a value of {string}', async function (this: Scene, metric: string) {
  const { login } = ensure(devices.get(this), 'a device')
  const probe = await openProbe(this.page, metric)
  const value = valueAt(1)
  const ms = await postToPixel(probe, value, async () => {
    const { refused } = await publish(login, topicOf(this, metric), { value })
    return { status: refused === undefined ? 202 : 403 }
  })
  this.attach(`mosquitto_pub to pixel: ${ms} ms`, 'text/plain')
  process.stdout.write(`\n  mosquitto_pub to pixel: ${ms} ms\n`)
  measured(this, probe, ms)
})

When(
  'the device publishes a value of {string} for {string}',
  async function (this: Scene, metric: string, other: string) {
    const device = ensure(devices.get(this), 'a device')
    const topic = `metrics/${this.tenant(other).name}/${device.login.agent_id}/${metric}`
    device.last = await publish(device.login, topic, { value: 50 })
  },
)

Then('the broker refuses it', function (this: Scene) {
  assert.match(ensure(devices.get(this)?.last?.refused, 'a refusal'), /not authorized/i)
})

Then(
  'after a value that is allowed nothing of {string} is stored for {string}',
  async function (this: Scene, metric: string, other: string) {
    const device = ensure(devices.get(this), 'a device')
    const { refused } = await publish(device.login, topicOf(this, metric), { value: 51 })
    assert.equal(refused, undefined)
    const [from, to] = [Date.now() - 600_000, Date.now() + 60_000]
    // it goes the same way, later: once it is stored, the other one would be too
    await until('the allowed value is stored', 10_000, async () => {
      const stored = await this.tenant(device.of).stored(metric, from, to)
      return stored.length > 0 || undefined
    })
    assert.deepEqual(await this.tenant(other).stored(metric, from, to), [])
  },
)

When('I enrol {string} on the Agents page', async function (this: Scene, name: string) {
  const page = await openAgentsPage(this)
  await page.getByRole('button', { name: 'Enrol an agent' }).click()
  await dialog(this).getByLabel('Name').fill(name)
  await dialog(this).getByRole('button', { name: 'Enrol', exact: true }).click()
})

Then('I am shown its password and a line that installs it', async function (this: Scene) {
  const shown = (label: string) =>
    dialog(this)
      .getByRole('group', { name: label, exact: true })
      .textContent()
      .then((text) => text ?? '')
  const password = await shown('Password')
  assert.match(password, /^[\w-]{32,}$/)
  assert.ok((await shown('Install line')).includes(password))
  lines.set(this, await shown('Line that sends a point'))
  await this.page.keyboard.press('Escape')
  // it can't be shown again, so only Done closes it
  await dialog(this).getByRole('button', { name: 'Done' }).click()
  await dialog(this).waitFor({ state: 'hidden' })
})

When('I run the line that sends a point', { timeout: 120_000 }, async function (this: Scene) {
  assert.deepEqual(await runLine(ensure(lines.get(this), 'a line')), { refused: undefined })
})

Then('the line that sends a point is refused', async function (this: Scene) {
  const { refused } = await runLine(ensure(lines.get(this), 'a line'))
  assert.match(ensure(refused, 'a refusal'), /not authori[sz]ed/i)
})

Then('I am told that it is enrolled already', async function (this: Scene) {
  await dialog(this)
    .getByText(/is enrolled already/)
    .waitFor()
  await dialog(this).getByRole('button', { name: 'Cancel' }).click()
})

When('I revoke {string} on the Agents page', async function (this: Scene, name: string) {
  const row = agentRow(await openAgentsPage(this), name)
  await row.hover()
  await row.getByRole('button', { name: `Revoke the login of ${name}` }).click()
  await dialog(this).getByRole('button', { name: 'Revoke', exact: true }).click()
  await dialog(this).waitFor({ state: 'hidden' })
})

function dialog({ page }: Scene): Locator {
  return page.getByRole('dialog')
}

function topicOf(scene: Scene, metric: string): string {
  const { login, of } = ensure(devices.get(scene), 'a device')
  return `metrics/${scene.tenant(of).name}/${login.agent_id}/${metric}`
}
