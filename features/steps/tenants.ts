import assert from 'node:assert/strict'
import { Given, Then, When } from '@cucumber/cucumber'
import type { Problem } from '@streamgauge/core/errors.ts'
import { expectedPoints, inOrder } from '../support/expected.ts'
import { createTenant, type Point } from '../support/tenant.ts'
import { until } from '../support/until.ts'
import type { Scene } from '../support/world.ts'

const second = 1000

Given('a tenant exists', async function (this: Scene) {
  this.tenants.set('', await createTenant(this.api, this.stack.operatorToken))
})

Given('the tenants {string} and {string} exist', async function (this: Scene, one: string, two: string) {
  for (const name of [one, two]) {
    this.tenants.set(name, await createTenant(this.api, this.stack.operatorToken))
  }
})

When('I POST a value of {string}', async function (this: Scene, metric_name: string) {
  await send(this, [{ metric_name, value: 1, timestamp: Date.now() }])
})

When('I POST a value of {string} as {string}', async function (this: Scene, metric_name: string, as: string) {
  const answer = await this.tenant(as).post({ metric_name, value: 1 })
  assert.equal(answer.status, 202)
})

When('I POST {int} values of {string}', async function (this: Scene, count: number, metric_name: string) {
  const first = wholeSecond(Date.now()) - count * second
  await send(
    this,
    Array.from({ length: count }, (_, i) => ({ metric_name, value: 7 + i, timestamp: first + i * second })),
  )
})

When(
  'I POST {int} points of {int} series of {string} in one request',
  async function (this: Scene, count: number, series: number, metric_name: string) {
    const each = count / series
    const first = wholeSecond(Date.now()) - (each + 5) * second
    await send(
      this,
      Array.from({ length: count }, (_, i) => ({
        metric_name,
        agent_id: `agent-${i % series}`,
        value: 1 + i,
        timestamp: first + Math.floor(i / series) * second,
      })),
    )
  },
)

When(
  'I POST the same points of {string} again with their dedupe ids',
  async function (this: Scene, metric_name: string) {
    const first = wholeSecond(Date.now()) - 60 * second
    const points = Array.from({ length: 10 }, (_, i) => ({
      metric_name,
      value: 10 + i,
      timestamp: first + i * second,
      dedupe_id: `event-${i}`,
    }))
    await send(this, points)
    // Once more as they were, and once more one by one: the ids count, not the requests.
    this.answers.push(await this.tenant().post(points))
    for (const point of points) this.answers.push(await this.tenant().post(point))
  },
)

When(
  'I POST the same request of {string} again with its Idempotency-Key',
  async function (this: Scene, metric_name: string) {
    const first = wholeSecond(Date.now()) - 40 * second
    const points = Array.from({ length: 10 }, (_, i) => ({
      metric_name,
      value: 30 + i,
      timestamp: first + i * second,
    }))
    const headers = { 'idempotency-key': `request of ${first}` }
    await send(this, points, headers)
    this.answers.push(await this.tenant().post(points, headers), await this.tenant().post(points, headers))
  },
)

When(
  'I POST a value of {string} with a token that nobody made',
  async function (this: Scene, metric_name: string) {
    const token = `sg_${'0'.repeat(43)}`
    this.answers = [
      await this.api.call('POST', '/api/v1/metrics', { token, body: { metric_name, value: 50 } }),
    ]
  },
)

When(
  'I POST a value of {string} with the token for reading',
  async function (this: Scene, metric_name: string) {
    const token = this.tenant().tokens.read
    this.answers = [
      await this.api.call('POST', '/api/v1/metrics', { token, body: { metric_name, value: 50 } }),
    ]
  },
)

Then('every answer is a {int}', function (this: Scene, status: number) {
  assert.ok(this.answers.length > 0)
  for (const answer of this.answers) assert.equal(answer.status, status, JSON.stringify(answer.body))
})

Then(
  'the answer is a {int} problem with the code {string}',
  function (this: Scene, status: number, code: string) {
    assert.equal(this.answer.status, status)
    assert.match(this.answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
    const body = this.answer.body as Problem
    assert.equal(body.code, code)
    assert.equal(body.status, status)
    assert.ok(body.title && body.detail && body.type)
  },
)

Then('the answer names the Bearer scheme', function (this: Scene) {
  assert.match(this.answer.headers.get('www-authenticate') ?? '', /^Bearer/)
})

Then('the API stores all of them, each once', async function (this: Scene) {
  for (const metric of new Set(this.expected.map((point) => point.metric_name))) {
    const wanted = expectedPoints(this, metric)
    const to = Date.now() + 60_000
    await until(`${wanted.length} points of ${metric} are stored`, 10_000, async () => {
      const stored = await this.tenant().stored(metric, to - 600_000, to)
      return stored.length >= wanted.length || undefined
    })
    assert.deepEqual(inOrder(await this.tenant().stored(metric, to - 600_000, to)), wanted)
  }
})

/** Sends points as the tenant and expects each of them once from then on. */
async function send(
  scene: Scene,
  points: (Point & { timestamp: number })[],
  headers?: Record<string, string>,
): Promise<void> {
  const answer = await scene.tenant().post(points, headers)
  assert.equal(answer.status, 202, JSON.stringify(answer.body))
  scene.answers.push(answer)
  scene.expected.push(...points)
}

/** Whole seconds: no chart's grid is coarser while it shows some minutes, so each point has a slot of its own. */
function wholeSecond(ms: number): number {
  return Math.floor(ms / second) * second
}
