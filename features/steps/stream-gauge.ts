import { Given, Then, When } from '@cucumber/cucumber'
import { until } from '../support/until.ts'
import { ensure, type Scene } from '../support/world.ts'

const counts = new WeakMap<Scene, number>()

Given('I note how many streams the server counts', async function (this: Scene) {
  // The stream of a page that was closed a moment ago may still be counted: wait until the number stands.
  let last = -1
  let equal = 0
  const count = await until('a steady number of streams', 10_000, async () => {
    const open = await openStreams(this)
    equal = open === last ? equal + 1 : 0
    last = open
    return equal >= 10 ? open : undefined
  })
  counts.set(this, count)
})

Then('the server counts one stream more', async function (this: Scene) {
  await countsMore(this, 1)
})

Then('the server counts {int} streams more', async function (this: Scene, more: number) {
  await countsMore(this, more)
})

When('I leave the page', async function (this: Scene) {
  await this.page.goto('about:blank')
})

Then(
  'within {int} second the server counts as many as before',
  async function (this: Scene, seconds: number) {
    const before = ensure(counts.get(this), 'a count')
    await until(
      'as many streams as before',
      seconds * 1000,
      async () => (await openStreams(this)) === before || undefined,
    )
  },
)

async function countsMore(scene: Scene, more: number): Promise<void> {
  const wanted = ensure(counts.get(scene), 'a count') + more
  await until(`${more} more`, 20_000, async () => (await openStreams(scene)) === wanted || undefined)
}

/** The server's own gauge, of all gateways together: nobody knows which one a stream comes to. */
async function openStreams({ stack }: Scene): Promise<number> {
  const counts = await Promise.all(stack.gateways().map(openAt))
  return counts.reduce((sum, count) => sum + count, 0)
}

async function openAt(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const [, value] = ensure(/^streamgauge_sse_streams (\d+)$/m.exec(text), `the gauge of ${url}`)
  return Number(value)
}
