import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { poll } from '@streamgauge/bench/poll.ts'
import { launchBrowser } from '@streamgauge/features/support/browser.ts'
import { type Built, buildModule, hang, type Stage, startStage } from './testing.ts'

let built: Built
let browser: Awaited<ReturnType<typeof launchBrowser>>
before(async () => {
  built = await buildModule()
  browser = await launchBrowser()
})
after(async () => {
  await browser?.close()
  built?.[Symbol.dispose]()
})

const withinMs = 60_000

/** A page of the stage with a client that waits long before it sends; `work` is what it does. */
async function open(stage: Stage, work: string) {
  stage.pages.set('/', ['text/html', '<!doctype html><title>Client</title>'])
  stage.pages.set('/client.js', ['text/javascript', built.text])
  const page = await browser.newPage()
  await page.goto(stage.url)
  await page.evaluate(`import(location.origin + '/client.js').then(({ createClient }) => {
    const client = createClient({ token: 'sg_test', maxAgeMs: 600_000 })
    ${work}
  })`)
  return page
}

const sent = ({ seen }: Stage) => new Set(seen.flatMap(({ points }) => points.map(({ value }) => value)))

test('a page that is left has sent what waited, to its own origin', async () => {
  await using stage = await startStage()
  const page = await open(stage, "client.send([1, 2, 3].map((value) => ({ metric_name: 'page', value })))")
  assert.equal(stage.seen.length, 0)
  await page.goto('about:blank')
  await poll(async () => sent(stage).size === 3, withinMs)
  assert.equal(new Set(stage.seen.map(({ key }) => key)).size, 1)
  await page.close()
})

test('what was on its way is handed over again under its key, and as much more as a browser takes', async () => {
  await using stage = await startStage(hang)
  const page = await open(
    stage,
    "for (let value = 0; value < 2_000; value++) client.send({ metric_name: 'page.of.many', value })",
  )
  await poll(async () => stage.seen.length === 1, withinMs)
  assert.equal(stage.seen[0].packed, true)
  await page.goto('about:blank')
  await poll(async () => stage.seen.length === 3, withinMs)
  const late = stage.seen.slice(1).toSorted((a, b) => Number(a.points[0].value) - Number(b.points[0].value))
  assert.equal(late[0].key, stage.seen[0].key)
  assert.deepEqual(late[0].points, stage.seen[0].points)
  assert.equal(late[1].points[0].value, late[0].points.length)
  const bytes = late.reduce((sum, { headers }) => sum + Number(headers['content-length']), 0)
  assert.ok(bytes > 50_000 && bytes <= 64 * 1024, `${bytes} bytes`)
  await page.close()
})
