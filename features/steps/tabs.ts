import { Given, Then, When } from '@cucumber/cucumber'
import type { Page } from 'playwright'
import { createTenant } from '../support/tenant.ts'
import { until } from '../support/until.ts'
import { ensure, type Scene } from '../support/world.ts'
import { shownOnce } from './chart.ts'

/** Eight pages on a machine that does other things as well take their time, ms. */
const patience = 60_000
const slow = { timeout: 180_000 }
const tooMany = /too many streams/i

/** The tabs that asked for a stream, the last one last. */
const askers = new WeakMap<Scene, Page[]>()

Given('a browser in which pages get no Web Locks', async function (this: Scene) {
  // as in pages that came by plain HTTP from another machine
  await this.context.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })
  })
})

Given('an operator is signed in', async function (this: Scene) {
  this.page = await this.context.newPage()
  await this.page.goto(`${this.stack.url}/sign-in`)
  await this.page.getByLabel(/token/i).fill(this.stack.operatorToken)
  await this.page.keyboard.press('Enter')
  await this.page.getByRole('navigation', { name: 'Main' }).waitFor()
})

When('I open it in {int} more tabs', slow, async function (this: Scene, more: number) {
  const asked: Page[] = [this.page]
  askers.set(this, asked)
  this.context.on('request', (request) => {
    if (request.url().includes('/api/v1/stream/')) asked.push(request.frame().page())
  })
  for (let i = 0; i < more; i++) {
    const tab = await this.context.newPage()
    await tab.goto(this.page.url())
    await tab.locator('[data-metric] canvas').first().waitFor({ timeout: patience })
  }
})

When(
  'the operator opens {int} tenants in {int} tabs',
  slow,
  async function (this: Scene, count: number, tabs: number) {
    for (let i = 0; i < Math.max(count, tabs); i++) {
      const tenant = await createTenant(this.api, this.stack.operatorToken)
      await tenant.post({ metric_name: 'own.metric', value: 1 })
      const tab = i === 0 ? this.page : await this.context.newPage()
      await tab.goto(`${this.stack.url}/t/${tenant.name}`)
      await tab.locator('[data-metric]').first().waitFor({ timeout: patience })
    }
  },
)

When('the tab that holds the stream is closed', async function (this: Scene) {
  const asked = ensure(askers.get(this), 'tabs')
  const holder = ensure(asked.at(-1), 'a tab that holds the stream')
  await holder.close()
  this.page = ensure(this.context.pages()[0], 'another tab')
})

Then('another one holds it', async function (this: Scene) {
  const asked = ensure(askers.get(this), 'tabs')
  await until('a tab that is open asks for the stream', patience, async () => {
    const last = asked.at(-1)
    return last?.isClosed() ? undefined : last
  })
})

When('the two tabs that hold the streams are closed', async function (this: Scene) {
  for (const holder of holders(this)) await holder.close()
  this.page = ensure(this.context.pages()[0], 'another tab')
})

Then('two others hold them', async function (this: Scene) {
  await until('tabs that are open ask for both streams', patience, async () =>
    holders(this).some((tab) => tab.isClosed()) ? undefined : true,
  )
})

When('a live tab is closed', async function (this: Scene) {
  const states = await Promise.all(this.context.pages().map(async (tab) => ({ tab, says: await says(tab) })))
  const live = ensure(
    states.find((state) => state.says === 'live'),
    'a live tab',
  )
  await live.tab.close()
})

Then('every tab shows every point of {string} once', slow, async function (this: Scene, metric: string) {
  for (const tab of this.context.pages()) {
    this.page = tab
    await shownOnce(this, metric, patience)
  }
})

Then('every tab asks me to sign in', slow, async function (this: Scene) {
  for (const tab of this.context.pages()) await tab.getByLabel(/token/i).waitFor({ timeout: patience })
})

Then(
  '{int} tabs are live, and one says that too many streams are open',
  slow,
  async function (this: Scene, live: number) {
    await settled(this, live, 1)
  },
)

Then('{int} tabs are live', slow, async function (this: Scene, live: number) {
  await settled(this, live, 0)
})

/** The tab of the dashboard that asked for its stream last, and that of the page with widgets. */
function holders(scene: Scene): Page[] {
  const asked = ensure(askers.get(scene), 'tabs')
  const isDashboard = (tab: Page) => tab.url().startsWith(scene.stack.url)
  return [
    ensure(asked.findLast(isDashboard), 'a tab of the dashboard that holds a stream'),
    ensure(
      asked.findLast((tab) => !isDashboard(tab)),
      'a tab with widgets that holds a stream',
    ),
  ]
}

async function settled(scene: Scene, live: number, crowded: number): Promise<void> {
  await until(`${live} tabs are live, and ${crowded} not`, patience, async () => {
    const all = await Promise.all(scene.context.pages().map(says))
    const count = (what: string) => all.filter((one) => one === what).length
    return (count('live') === live && count('crowded') === crowded) || undefined
  })
}

/** What the connection of a tab is, as its status strip says it and, for a stream too many, its panel as well. */
async function says(tab: Page): Promise<'live' | 'crowded' | 'something else'> {
  const strip = await tab.locator('sg-strip .state').textContent()
  if (strip === 'Connected') return 'live'
  const chip = await tab.locator('sg-chip span').first().textContent()
  return /live streams are open/.test(strip ?? '') && tooMany.test(chip ?? '') ? 'crowded' : 'something else'
}
