import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { Then, When } from '@cucumber/cucumber'
import type { JSHandle } from 'playwright'
import { openProbe, type Probe } from '../support/lit-pixels.ts'
import { places, postToPixel, valueAt } from '../support/post-to-pixel.ts'
import { ensure, type Scene } from '../support/world.ts'

const metric = 'room.temperature'
const budgetMs = 500

interface Measurement {
  readonly probe: JSHandle<Probe>
  readonly elapsed: number[]
}

/** The ms of each point so far, for the step that judges them. */
export function measured(scene: Scene, probe: JSHandle<Probe>, ms: number): void {
  measurements.set(scene, { probe, elapsed: [ms] })
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
    assert.ok(more < places, 'each has a place of its own')
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

async function post(scene: Scene, turn: number): Promise<void> {
  const { probe, elapsed } = ensure(measurements.get(scene), 'a measurement')
  const value = valueAt(turn)
  elapsed.push(await postToPixel(probe, value, () => scene.tenant().post({ metric_name: metric, value })))
}
