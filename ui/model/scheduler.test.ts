import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Drawable, DrawScheduler, type FrameClock } from './scheduler.ts'

/** A clock in steps of 1 ms with a frame every 16 ms. */
class FakeClock implements FrameClock {
  time = 0
  #tasks: { at: number; run: () => void }[] = []
  #frames: (() => void)[] = []
  /** Tasks ever asked for. */
  asked = 0
  now = () => this.time
  afterFrame = (run: () => void) => {
    this.#frames.push(run)
  }
  later = (run: () => void, ms: number) => {
    this.asked++
    const task = { at: this.time + ms, run }
    this.#tasks.push(task)
    return () => {
      this.#tasks = this.#tasks.filter((t) => t !== task)
    }
  }
  advance(ms: number): void {
    for (let i = 0; i < ms; i++) {
      this.time++
      const due = this.#tasks.filter((t) => t.at <= this.time)
      this.#tasks = this.#tasks.filter((t) => t.at > this.time)
      for (const task of due) task.run()
      if (Math.floor(this.time) % 16 === 0) for (const run of this.#frames.splice(0)) run()
    }
  }
}

function setup(count: number) {
  const clock = new FakeClock()
  const scheduler = new DrawScheduler(clock)
  const drawn: { chart: number; at: number }[] = []
  const charts: Drawable[] = Array.from({ length: count }, (_, chart) => ({
    draw: () => drawn.push({ chart, at: clock.time }),
  }))
  for (const chart of charts) scheduler.add(chart)
  return { clock, scheduler, drawn, charts }
}

test('a single change is drawn within two milliseconds', () => {
  const { clock, scheduler, drawn, charts } = setup(12)
  scheduler.request(charts[4])
  clock.advance(2)
  assert.deepEqual(
    drawn.map((d) => d.chart),
    [4],
  )
})

test('no frame draws more than two charts, and the longest-waiting comes first', () => {
  const { clock, scheduler, drawn, charts } = setup(7)
  for (const i of [3, 1, 4, 0, 5, 2, 6]) {
    scheduler.request(charts[i])
    clock.time += 0.01
  }
  clock.advance(100)
  assert.deepEqual(
    drawn.map((d) => d.chart),
    [3, 1, 4, 0, 5, 2, 6],
  )
  const frames = Map.groupBy(drawn, (d) => Math.floor(d.at / 16))
  for (const frame of frames.values()) assert.ok(frame.length <= 2)
})

test('twelve busy charts get about five draws a second each, and the focused one ten', () => {
  const { clock, scheduler, drawn, charts } = setup(12)
  scheduler.focus(charts[7])
  for (let t = 0; t < 4000; t += 10) {
    for (const chart of charts) scheduler.request(chart)
    clock.advance(10)
  }
  const perSecond = charts.map((_, i) => drawn.filter((d) => d.chart === i).length / 4)
  for (const [i, rate] of perSecond.entries()) {
    if (i === 7) assert.ok(rate >= 8 && rate <= 11, `focused: ${rate}`)
    else assert.ok(rate >= 4 && rate <= 5.5, `chart ${i}: ${rate}`)
  }
})

test('a few busy charts are drawn much more often', () => {
  const { clock, scheduler, drawn, charts } = setup(2)
  for (let t = 0; t < 1000; t += 5) {
    for (const chart of charts) scheduler.request(chart)
    clock.advance(5)
  }
  assert.ok(drawn.length > 45, `${drawn.length}`)
})

test('charts out of sight are not drawn until they come into view', () => {
  const { clock, scheduler, drawn, charts } = setup(2)
  scheduler.setVisible(charts[0], false)
  scheduler.request(charts[0])
  scheduler.request(charts[1])
  clock.advance(500)
  assert.deepEqual(
    drawn.map((d) => d.chart),
    [1],
  )
  assert.equal(clock.asked, 1, 'a chart out of sight wakes nobody')
  scheduler.setVisible(charts[0], true)
  clock.advance(2)
  assert.deepEqual(
    drawn.map((d) => d.chart),
    [1, 0],
  )
})

test('a chart that has been removed is not drawn, and an idle page does nothing', () => {
  const { clock, scheduler, drawn, charts } = setup(2)
  scheduler.request(charts[0])
  scheduler.remove(charts[0])
  clock.advance(100)
  assert.equal(drawn.length, 0)
})
