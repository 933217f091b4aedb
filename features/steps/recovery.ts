import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { Given, Then, When } from '@cucumber/cucumber'
import { waitLive } from '../support/dashboard.ts'
import { until } from '../support/until.ts'
import { ensure, type Scene } from '../support/world.ts'
import { shownOnce } from './chart.ts'

const second = 1000

interface Program {
  /** Statuses and connection errors that made it send a point again. */
  readonly refusals: unknown[]
  stop(): Promise<void>
}

const programs = new WeakMap<Scene, Program>()
const saidBehind = new WeakMap<Scene, Promise<boolean>>()

Given(
  'a program posts a point of {string} every second, again until it is accepted',
  async function (this: Scene, metric: string) {
    const program = startProgram(this, metric)
    programs.set(this, program)
    this.cleanups.push(() => program.stop())
    await until('3 points are accepted', 10_000, async () => this.expected.length >= 3 || undefined)
    await waitLive(this.page, metric)
  },
)

When('the gateway is killed', function (this: Scene) {
  this.stack.signal('roles', 'gateway', 'SIGKILL')
})

Then(
  'the dashboard says that it is reconnecting, and is live again within {int} seconds',
  { timeout: 60_000 },
  async function (this: Scene, seconds: number) {
    await this.page
      .getByText(/RECONNECTING/i)
      .first()
      .waitFor()
    await waitLive(this.page, 'steady.metric', seconds * second)
  },
)

Then(
  'after {int} more points the chart of {string} shows every point once',
  { timeout: 60_000 },
  async function (this: Scene, more: number, metric: string) {
    const target = this.expected.length + more
    await until(`${more} more points`, 20_000, async () => this.expected.length >= target || undefined)
    await ensure(programs.get(this), 'a program').stop()
    await shownOnce(this, metric, 10_000)
  },
)

When(
  'MariaDB is frozen for {int} seconds',
  { timeout: 60_000 },
  async function (this: Scene, seconds: number) {
    this.stack.signal('services', 'mariadb', 'SIGSTOP')
    const thaw = () => this.stack.signal('services', 'mariadb', 'SIGCONT')
    this.cleanups.push(thaw)
    const seen = this.page
      .getByText(/BEHIND/i)
      .first()
      .waitFor({ timeout: seconds * second })
      .then(
        () => true,
        () => false,
      )
    saidBehind.set(this, seen)
    await delay(seconds * second)
    thaw()
  },
)

Then('every point was accepted at the first try', async function (this: Scene) {
  const program = ensure(programs.get(this), 'a program')
  await program.stop()
  assert.deepEqual(program.refusals, [])
})

Then('the dashboard said that it was behind', async function (this: Scene) {
  assert.ok(await ensure(saidBehind.get(this), 'a freeze'))
})

/** Posts 1, 2, 3, … at whole seconds; every point has a dedupe id, so that sending it again is safe. */
function startProgram(scene: Scene, metric_name: string): Program {
  const stopped = new AbortController()
  const refusals: unknown[] = []
  const running = (async () => {
    for (let value = 1; !stopped.signal.aborted; value++) {
      const timestamp = Math.floor(Date.now() / second) * second
      const point = { metric_name, value, timestamp, dedupe_id: `steady-${value}` }
      await sendUntilAccepted(scene, point, refusals)
      scene.expected.push(point)
      const rest = Math.max(0, timestamp + second - Date.now())
      await delay(rest, undefined, { signal: stopped.signal }).catch(() => undefined)
    }
  })()
  return {
    refusals,
    stop() {
      stopped.abort()
      return running
    },
  }
}

type Sent = Parameters<ReturnType<Scene['tenant']>['post']>[0]

async function sendUntilAccepted(scene: Scene, point: Sent, refusals: unknown[]): Promise<void> {
  const end = Date.now() + 30_000
  while (Date.now() < end) {
    try {
      const answer = await scene.tenant().post(point)
      if (answer.status === 202) return
      refusals.push(answer.status)
      assert.ok([429, 503].includes(answer.status), `a definite refusal: ${JSON.stringify(answer.body)}`)
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      refusals.push(error)
    }
    await delay(200)
  }
  throw new Error('No 202 within 30 s')
}
