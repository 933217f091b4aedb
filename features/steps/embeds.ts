import assert from 'node:assert/strict'
import { Given, Then, When } from '@cucumber/cucumber'
import { panel } from '../support/dashboard.ts'
import { type EmbeddingPage, startEmbeddingPage } from '../support/embedding-page.ts'
import { openProbe } from '../support/lit-pixels.ts'
import { framingPoints, postToPixel, valueAt } from '../support/post-to-pixel.ts'
import { ensure, type Scene } from '../support/world.ts'

const metric = 'room.temperature'
const widgets = ['sg-chart', 'sg-stat', 'sg-status', 'sg-alerts'] as const

interface Embedding {
  readonly site: EmbeddingPage
  /** Of the token: as the list names it, and itself. */
  readonly id?: number
  readonly token?: string
  readonly snippet?: string
}

const embeddings = new WeakMap<Scene, Embedding>()

Given('it has two points of {string}', async function (this: Scene, metric_name: string) {
  const { status } = await this.tenant().post(framingPoints(metric_name, Date.now()))
  assert.equal(status, 202)
})

Given('there is a strict page on another origin', async function (this: Scene) {
  const site = await startEmbeddingPage(this.stack.url)
  this.cleanups.push(() => site.close())
  embeddings.set(this, { site })
})

Given(
  'a strict page on another origin, and a token for it that shows {string}',
  async function (this: Scene, metric_name: string) {
    await begin(this, metric_name, (site) => site.origin)
  },
)

Given(
  'a strict page on another origin, and a token for other pages that shows {string}',
  async function (this: Scene, metric_name: string) {
    await begin(this, metric_name, () => 'https://shop.example')
  },
)

When('the page embeds every widget', async function (this: Scene) {
  await open(this, everyWidget(this))
})

When(
  'the page with every widget is open in {int} more tabs',
  { timeout: 180_000 },
  async function (this: Scene, count: number) {
    const { site } = embedding(this)
    site.show(everyWidget(this))
    for (let i = 0; i < count; i++) {
      const tab = await this.context.newPage()
      await tab.goto(`${site.origin}/`)
      await panel(tab, metric).locator('canvas').first().waitFor({ timeout: 60_000 })
    }
  },
)

Then(
  'a value of {string} that is posted shows in every tab',
  { timeout: 180_000 },
  async function (this: Scene, metric_name: string) {
    const value = 41.5
    const point = { metric_name, value, timestamp: Date.now() }
    assert.equal((await this.tenant().post(point)).status, 202)
    this.expected.push(point)
    for (const tab of this.context.pages()) {
      const shown = panel(tab, metric_name).locator(`.legend output[data-value="${value}"]`)
      await shown.waitFor({ timeout: 60_000 })
    }
  },
)

Then(
  'its chart of {string} is live and says how many milliseconds it took',
  async function (this: Scene, name: string) {
    await panel(this.page, name).locator('canvas').first().waitFor()
    // old enough to share no place on the axis with the points that follow
    const point = { metric_name: name, value: 100, timestamp: Date.now() - 60_000 }
    const { status } = await this.tenant().post(point)
    assert.equal(status, 202)
    await panel(this.page, name)
      .getByText(/^LIVE · \d+ ms$/)
      .waitFor({ timeout: 20_000 })
  },
)

Then(
  'a point that is posted lights up on the embedded chart',
  { timeout: 60_000 },
  async function (this: Scene) {
    const value = valueAt(7)
    const probe = await openProbe(this.page, metric)
    // answers only when pixels of the place have been seen to light up
    await postToPixel(probe, value, () => this.tenant().post({ metric_name: metric, value }))
    await panel(this.page, metric).locator(`.legend output[data-value="${value}"]`).waitFor()
  },
)

Then('the number beside it says the same', async function (this: Scene) {
  await this.page.locator(`sg-stat [data-value="${valueAt(7)}"]`).waitFor()
  await this.page.locator('sg-stat').getByText('33.33').waitFor()
})

Then('each widget says that it is refused', async function (this: Scene) {
  for (const name of widgets) await this.page.locator(name).getByText('REFUSED').waitFor({ timeout: 20_000 })
})

Then('each widget says that it is refused because of its origin', async function (this: Scene) {
  for (const name of widgets) {
    const widget = this.page.locator(name)
    await widget.getByText('REFUSED').waitFor({ timeout: 20_000 })
    const said = await widget
      .getByText(/origins/)
      .first()
      .textContent()
    assert.match(
      said ?? '',
      new RegExp(`don't name ${embedding(this).site.origin}\\. Make a token whose origins`),
    )
  }
})

Then('"p" pauses it, and lets it go on', async function (this: Scene) {
  const chart = panel(this.page, metric)
  await this.page.keyboard.press('p')
  await chart.getByText('PAUSED').waitFor()
  await this.page.keyboard.press('p')
  await this.page.getByRole('button', { name: 'Pause' }).waitFor()
  await chart.getByText('PAUSED').waitFor({ state: 'hidden' })
})

When('the token of the page is revoked', async function (this: Scene) {
  const { name, tokens } = this.tenant()
  const path = `/api/v1/tenants/${name}/tokens/${embedding(this).id}`
  await this.api.expect(204, 'DELETE', path, { token: tokens.manage })
})

Then(
  'from that page the token reads {string}, and not {string}',
  async function (this: Scene, shown: string, hidden: string) {
    assert.equal(await status(this, `metrics?metric=${shown}&from=-1h`), 200)
    assert.equal(await status(this, `metrics?metric=${hidden}&from=-1h`), 403)
    assert.equal(await status(this, `series?metric=${hidden}`), 403)
    const list = await this.api.expect<{ items: { metric_name: string }[] }>(
      200,
      'GET',
      `${base(this)}/series`,
      {
        token: embedding(this).token,
        headers: { origin: embedding(this).site.origin },
      },
    )
    assert.deepEqual([...new Set(list.items.map(({ metric_name }) => metric_name))], [shown])
  },
)

Then('it reads no rules, channels, tokens or other tenants, and sends nothing', async function (this: Scene) {
  for (const path of ['alert-rules', 'channels', 'deliveries', 'tokens', 'metric-names'])
    assert.equal(await status(this, path), 403, path)
  const { token, site } = embedding(this)
  const options = { token, headers: { origin: site.origin } }
  for (const path of [base(this), '/api/v1/tenants', '/api/v1/tenants/demo/series', '/api/v1/stream/demo']) {
    assert.equal((await this.api.call('GET', path, options)).status, 403, path)
  }
  const body = { metric_name: metric, value: 1 }
  assert.equal((await this.api.call('POST', '/api/v1/metrics', { ...options, body })).status, 403)
})

Then('from any other origin, or none, it reads nothing', async function (this: Scene) {
  for (const origin of ['https://shop.example', `${embedding(this).site.origin}0`, 'null', null])
    assert.equal(await status(this, `metrics?metric=${metric}&from=-1h`, origin), 403, String(origin))
})

When('I make an embed of {string} for that page under Settings', async function (this: Scene, name: string) {
  const { page, stack } = this
  const { site } = embedding(this)
  await page.goto(`${stack.url}/settings`)
  await page.getByRole('button', { name: 'New embed' }).click()
  const form = page.getByRole('dialog', { name: 'New embed' })
  await form.getByLabel('Label').fill('the shop')
  await form.getByRole('button', { name: 'Create embed' }).click()
  // what is missing is told beside its field
  await form.getByText('Metrics: must name at least one.').waitFor()
  await form.getByRole('checkbox', { name }).check()
  await form.getByLabel('Pages, one origin a line').fill(`${site.origin}/`)
  await form.getByRole('button', { name: 'Create embed' }).click()
  await page.getByRole('dialog', { name: 'the shop is ready' }).waitFor()
})

Then('its preview is live', async function (this: Scene) {
  const dialog = this.page.getByRole('dialog', { name: 'the shop is ready' })
  // both stand in the dialog by a slot, beside it in the tree
  const preview = this.page.getByRole('group', { name: 'Preview' })
  assert.equal((await this.tenant().post({ metric_name: metric, value: 50 })).status, 202)
  await preview.getByText(/^LIVE/).waitFor({ timeout: 20_000 })
  const snippet = ensure(await this.page.getByRole('group', { name: 'Snippet' }).textContent(), 'a snippet')
  embeddings.set(this, { ...embedding(this), snippet })
  await dialog.getByRole('button', { name: 'Done' }).click()
  await dialog.waitFor({ state: 'hidden' })
})

When('I put its snippet on the page', async function (this: Scene) {
  await open(this, ensure(embedding(this).snippet, 'a snippet'))
})

When('I revoke the embed under Settings', async function (this: Scene) {
  const { page } = this
  await page.goto(`${this.stack.url}/settings`)
  await page.getByRole('list', { name: 'Embeds' }).getByText('the shop').waitFor()
  await page.getByRole('button', { name: 'Revoke the shop' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click()
})

Then('the list of embeds is empty', async function (this: Scene) {
  await this.page.getByText('Nothing is embedded yet').waitFor()
})

/** The body of a page with all of them. */
function everyWidget(scene: Scene): string {
  const { token } = embedding(scene)
  const { url } = scene.stack
  const shared = `src="${url}" tenant="${scene.tenant().name}" token="${token}"`
  const elements = widgets.map((name) => `<${name} ${shared} metric="${metric}"></${name}>`)
  return `<script type="module" src="${url}/embed/v1/streamgauge.js"></script>${elements.join('')}`
}

function embedding(scene: Scene): Embedding {
  return ensure(embeddings.get(scene), 'a page on another origin')
}

async function begin(
  scene: Scene,
  metric_name: string,
  origin: (site: EmbeddingPage) => string,
): Promise<void> {
  const site = await startEmbeddingPage(scene.stack.url)
  scene.cleanups.push(() => site.close())
  const { name, tokens } = scene.tenant()
  const body = { label: 'page', scopes: ['publish'], metrics: [metric_name], origins: [origin(site)] }
  const made = await scene.api.expect<{ id: number; token: string }>(
    201,
    'POST',
    `/api/v1/tenants/${name}/tokens`,
    { token: tokens.manage, body },
  )
  embeddings.set(scene, { site, ...made })
}

async function open(scene: Scene, body: string): Promise<void> {
  const { site } = embedding(scene)
  site.show(body)
  scene.page = scene.openPage ?? (await scene.context.newPage())
  await scene.page.goto(`${site.origin}/`)
}

function base(scene: Scene): string {
  return `/api/v1/tenants/${scene.tenant().name}`
}

/** What the API answers the token on a page of this origin, by default the embedding one's; null is none. */
async function status(scene: Scene, path: string, from?: string | null): Promise<number> {
  const { token, site } = embedding(scene)
  const origin = from === undefined ? site.origin : from
  const headers = origin === null ? undefined : { origin }
  return (await scene.api.call('GET', `${base(scene)}/${path}`, { token, headers })).status
}
