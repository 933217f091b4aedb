import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { poll } from '@streamgauge/bench/poll.ts'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'
import { launchBrowser } from '@streamgauge/features/support/browser.ts'
import { type EmbeddingPage, startEmbeddingPage } from '@streamgauge/features/support/embedding-page.ts'
import { build } from 'vite'
import { embedBuild } from './build.ts'

const metric = 'room.temperature'

let whole: Whole
let browser: Awaited<ReturnType<typeof launchBrowser>>
let site: EmbeddingPage
let uiFolder: string
let ingest: string
/** The attributes that say where from and by which token. */
let shared: string
before(async () => {
  uiFolder = await mkdtemp(join(tmpdir(), 'streamgauge-ui-'))
  await build(embedBuild(join(uiFolder, 'embed', 'v1')))
  whole = await startWhole({}, { uiFolder })
  browser = await launchBrowser()
  site = await startEmbeddingPage(whole.url)
  await whole.tenant('acme')
  ingest = (await whole.token('acme', 'ingest')).token
  const terms = { metrics: [metric], origins: [site.origin], rate: 10_000 }
  const { token } = await whole.publishToken('acme', terms)
  shared = `src="${whole.url}" tenant="acme" token="${token}"`
})
after(async () => {
  await site?.close()
  await browser?.close()
  await whole?.[Symbol.asyncDispose]()
  await rm(uiFolder, { recursive: true, force: true })
})

async function post(agent_id: string, value: number): Promise<void> {
  const response = await fetch(`${whole.url}/api/v1/metrics`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ingest}`, 'content-type': 'application/json' },
    body: JSON.stringify({ metric_name: metric, agent_id, value }),
  })
  assert.equal(response.status, 202, await response.text())
}

/** A page with these widgets, and what they have asked for. */
async function open(widgets: string, css?: string) {
  site.show(`<script type="module" src="${whole.url}/embed/v1/streamgauge.js"></script>${widgets}`, css)
  const page = await browser.newPage()
  const asked: URL[] = []
  page.on('request', (request) => asked.push(new URL(request.url())))
  await page.goto(`${site.origin}/`)
  return { page, asked }
}

test('who only looks asks for the list of agents once, however many others send', async () => {
  await post('web-1', 1)
  const { page, asked } = await open(`<sg-status ${shared} agent="web-1"></sg-status>
    <sg-status ${shared}></sg-status>
    <sg-stat ${shared} metric="${metric}" agent="web-2"></sg-stat>`)
  const begun = performance.now()
  await page.locator('sg-status[agent] [data-agent="web-1"]').waitFor()
  for (let value = 2; value < 14; value++) {
    await post(`web-${value}`, value)
    await post('web-2', value)
    // what came before it on the stream has been heard as well
    await page.locator(`sg-stat [data-value="${value}"]`).waitFor()
  }
  for (const agent of ['web-1', 'web-13'])
    await page.locator(`sg-status:not([agent]) [data-agent="${agent}"]`).waitFor()
  const lists = asked.filter(({ pathname }) => pathname.endsWith('/agents'))
  const own = lists.filter(({ searchParams }) => searchParams.get('agent') === 'web-1')
  assert.equal(await page.locator('sg-status[agent] [data-agent]').count(), 1)
  // once more when the stream has opened
  assert.ok(own.length >= 1 && own.length <= 2, `${own.length} for one agent`)
  const most = 3 + (performance.now() - begun) / 10_000
  assert.ok(lists.length - own.length <= most, `${lists.length - own.length} for all`)
  await page.close()
})

test('a chart is paused by its button and by a key, and has missed nothing when it goes on', async () => {
  await post('web-1', 20)
  const { page } = await open(`<sg-chart ${shared} metric="${metric}" agent="web-1"></sg-chart>
    <sg-stat ${shared} metric="${metric}" agent="web-1"></sg-stat>`)
  const shows = (value: number) => page.locator(`.legend output[data-value="${value}"]`)
  const hears = async (value: number) => {
    await post('web-1', value)
    await page.locator(`sg-stat [data-value="${value}"]`).waitFor()
  }
  await shows(20).waitFor()
  const [pause, resume] = ['Pause', 'Resume'].map((name) => page.getByRole('button', { name }))
  await pause.click()
  await page.getByText('PAUSED').waitFor()
  await hears(21)
  await page.getByText('PAUSED · 1 behind').waitFor()
  await resume.click()
  await page.getByText('PAUSED').waitFor({ state: 'hidden' })
  await shows(21).waitFor()
  await page.getByRole('img', { name: /p pauses/ }).press('p')
  await resume.waitFor()
  await hears(22)
  await page.getByText('PAUSED · 1 behind').waitFor()
  await page.getByRole('img', { name: /p pauses/ }).press('p')
  await pause.waitFor()
  await page.getByText('PAUSED').waitFor({ state: 'hidden' })
  await shows(22).waitFor()
  await page.close()
})

test('a page that allows its own stylesheet only gives widgets their fonts, colours and sizes', async () => {
  await post('web-1', 30)
  const of = `${shared} metric="${metric}" agent="web-1"`
  const { page } = await open(
    `<sg-chart ${of}></sg-chart><sg-stat ${of}></sg-stat>`,
    `main { font-family: monospace }
    sg-stat { --sg-sans: serif; --sg-text: rgb(1, 2, 3) }
    sg-stat::part(value) { font-size: 41px }
    .red { --sg-grid: #ff0000 }`,
  )
  await page.locator('sg-stat [data-value="30"]').waitFor()
  const looks = await page.locator('sg-stat').evaluate((stat) => {
    const part = (name: string) => getComputedStyle(stat.shadowRoot?.querySelector(`[part=${name}]`) ?? stat)
    const { fontFamily, color } = getComputedStyle(stat)
    return [fontFamily, color, part('title').fontFamily, part('value').fontSize]
  })
  assert.deepEqual(looks, ['serif', 'rgb(1, 2, 3)', 'serif', '41px'])
  const chart = page.locator('sg-chart')
  assert.equal(await chart.evaluate((own) => getComputedStyle(own).fontFamily), 'monospace')

  // what is drawn follows when a property of the page changes
  const hasRed = () =>
    page.locator('sg-chart canvas').evaluateAll((canvases) =>
      canvases.some((canvas) => {
        if (!(canvas instanceof HTMLCanvasElement) || canvas.width === 0 || canvas.height === 0) return false
        const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? {}
        return data?.some((red, i) => i % 4 === 0 && red > 240 && data[i + 1] < 20 && data[i + 2] < 20)
      }),
    )
  await page.locator('sg-chart canvas').first().waitFor()
  assert.equal(await hasRed(), false)
  await chart.evaluate((own) => own.classList.add('red'))
  await poll(hasRed, 20_000)
  await page.close()
})
