import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { Then, When } from '@cucumber/cucumber'
import type { JSHandle } from 'playwright'
import { type Box, openProbe, type Probe, type Scale } from '../support/lit-pixels.ts'
import { until } from '../support/until.ts'
import { ensure, type Scene } from '../support/world.ts'

const metric = 'room.temperature'
const budgetMs = 500
/** The 1st, the 2nd, … of 21 steps between the 0 and the 100 that frame the chart: a place of its own for each. */
const valueAt = (turn: number) => (turn * 100) / 21

interface Measurement {
  readonly probe: JSHandle<Probe>
  readonly elapsed: number[]
}

const measurements = new WeakMap<Scene, Measurement>()

When('I POST a metric', async function (this: Scene) {
  measurements.set(this, { probe: await openProbe(this.page, metric), elapsed: [] })
  await post(this, 1)
})

Then('it appears on the Live Dashboard chart within 500 ms', function (this: Scene) {
  const { elapsed } = ensure(measurements.get(this), 'a measurement')
  assert.ok(elapsed[0] <= budgetMs, `${elapsed[0]} ms`)
})

Then(
  'so do {int} more, posted one after the other',
  { timeout: 90_000 },
  async function (this: Scene, more: number) {
    const { elapsed } = ensure(measurements.get(this), 'a measurement')
    for (let turn = 2; turn <= more + 1; turn++) {
      // Uneven, so that the posts fall anywhere in the steps and frames of the chart.
      await delay(1000 + ((turn * 137) % 400))
      await post(this, turn)
    }
    const sorted = elapsed.toSorted((a, b) => a - b)
    const report = `POST to pixel, ${sorted.length} times: median ${sorted[sorted.length >> 1]} ms, most ${sorted.at(-1)} ms`
    this.attach(`${report} (${elapsed.join(' ')})`, 'text/plain')
    process.stdout.write(`\n  ${report}\n`)
    assert.equal(elapsed.length, more + 1)
    assert.ok(Math.max(...elapsed) <= budgetMs, report)
  },
)

/** Posts a value that the chart has not shown yet and waits until the place where it belongs is lit. */
async function post(scene: Scene, turn: number): Promise<void> {
  const { probe, elapsed } = ensure(measurements.get(scene), 'a measurement')
  const value = valueAt(turn)
  const box = boxOf(await settledScale(probe), value)
  assert.equal(await probe.evaluate((p, b) => p.lit(b), box), 0, `the place of ${value} is lit already`)
  await probe.evaluate((p, b) => p.arm(b, 5_000), box)
  const before = Date.now()
  const answer = await scene.tenant().post({ metric_name: metric, value })
  assert.equal(answer.status, 202)
  const at = await probe.evaluate((p) => p.whenLit())
  if (at === null) throw new Error(`${value} did not appear within 5 s in ${JSON.stringify(box)}`)
  elapsed.push(at - before)
}

/** The chart's scale once its framing points are drawn and its layout has come to rest. */
async function settledScale(probe: JSHandle<Probe>): Promise<Scale> {
  let last = ''
  let equal = 0
  return until('the chart shows its two framing points and stands still', 10_000, async () => {
    const scale = await probe.evaluate((p) => p.scale())
    const text = JSON.stringify(scale)
    equal = text === last ? equal + 1 : 0
    last = text
    return scale && equal >= 3 && scale.bottom - scale.top > scale.height / 2 ? scale : undefined
  })
}

/** Where the newest point with this value is drawn: at the right edge, some pixels high. */
function boxOf({ width, height, top, bottom }: Scale, value: number): Box {
  const y = Math.round(bottom - ((bottom - top) * value) / 100)
  const x = Math.round(width * 0.8)
  return { x, y: Math.max(0, Math.min(height - 4, y - 2)), width: width - x, height: 4 }
}
