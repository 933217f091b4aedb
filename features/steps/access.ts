import assert from 'node:assert/strict'
import { Given, Then, When } from '@cucumber/cucumber'
import type { Page } from 'playwright'
import { openTenantPage, signInLink } from '../support/dashboard.ts'
import { until } from '../support/until.ts'
import { ensure, type Scene } from '../support/world.ts'

const links = new WeakMap<Scene, string>()
const visitors = new WeakMap<Scene, Page>()
const streams = new WeakMap<Scene, Promise<void>>()

Given('a sign-in link for it', async function (this: Scene) {
  links.set(this, await signInLink(this, this.tenant()))
})

When('I open the link', async function (this: Scene) {
  this.page = await this.context.newPage()
  await this.page.goto(ensure(links.get(this), 'a link'))
})

When('somebody else opens the same link', async function (this: Scene) {
  const context = await ensure(this.context.browser(), 'a browser').newContext()
  this.cleanups.push(() => context.close())
  const page = await context.newPage()
  await page.goto(ensure(links.get(this), 'a link'))
  visitors.set(this, page)
})

Then('they are told that it has been used', async function (this: Scene) {
  const page = ensure(visitors.get(this), 'a visitor')
  await page
    .getByText(/used or has expired/i)
    .first()
    .waitFor()
})

Then('I see the dashboard of the tenant', async function (this: Scene) {
  await this.page.getByRole('navigation', { name: 'Main' }).waitFor()
  await this.page.getByText(this.tenant().name).first().waitFor()
})

Then('the address bar no longer holds the code', function (this: Scene) {
  assert.doesNotMatch(this.page.url(), /code/)
})

When('I sign in with its token for reading', async function (this: Scene) {
  this.page = await this.context.newPage()
  await this.page.goto(`${this.stack.url}/sign-in`)
  await this.page.getByLabel(/token/i).fill(this.tenant().tokens.read)
  await this.page.keyboard.press('Enter')
})

Then('no script can read the session', async function (this: Scene) {
  const readable = await this.page.evaluate(() =>
    JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]),
  )
  assert.ok(!readable.includes('sg_'), readable)
  const cookie = ensure(
    (await this.context.cookies()).find(({ name }) => name === 'sg_session'),
    'a session cookie',
  )
  assert.equal(cookie.httpOnly, true)
  assert.equal(cookie.sameSite, 'Strict')
})

When('I sign out', async function (this: Scene) {
  await this.page.getByRole('button', { name: /sign out/i }).click()
})

Then('the dashboard asks me to sign in', async function (this: Scene) {
  await this.page.waitForURL((url) => url.pathname.startsWith('/sign-in'))
  await this.page.getByLabel(/token/i).waitFor()
  assert.equal((await this.context.cookies()).filter(({ name }) => name === 'sg_session').length, 0)
})

Then('{string} may not query, list or stream {string}', async function (this: Scene, as: string, of: string) {
  const token = this.tenant(as).tokens.manage
  const { name } = this.tenant(of)
  for (const path of [
    `/api/v1/tenants/${name}`,
    `/api/v1/tenants/${name}/series`,
    `/api/v1/tenants/${name}/agents`,
    `/api/v1/tenants/${name}/tokens`,
    `/api/v1/tenants/${name}/metrics?metric=secret.metric&from=-1h&to=${Date.now()}`,
    `/api/v1/stream/${name}`,
  ]) {
    const { status } = await this.api.call('GET', path, { token })
    assert.equal(status, 403, path)
  }
  const { items } = await this.api.expect<{ items: { name: string }[] }>(200, 'GET', '/api/v1/tenants', {
    token,
  })
  assert.deepEqual(
    items.map((item) => item.name),
    [this.tenant(as).name],
  )
})

Then(
  'the dashboard of {string} does not know {string} or {string}',
  async function (this: Scene, as: string, of: string, metric: string) {
    // A point of its own comes by the same way: when that is there, a foreign one would be too.
    await this.tenant(as).post({ metric_name: 'own.metric', value: 1 })
    await this.page.locator('[data-metric="own.metric"]').waitFor()
    for (const path of ['/', '/agents', `/t/${this.tenant(as).name}`]) {
      await this.page.goto(this.stack.url + path)
      await this.page.getByText(this.tenant(as).name).first().waitFor()
      assert.equal(await this.page.getByText(this.tenant(of).name).count(), 0, path)
      assert.equal(await this.page.getByText(metric).count(), 0, path)
    }
  },
)

Then(
  'the dashboard of {string} refuses the address of {string}',
  async function (this: Scene, as: string, of: string) {
    await openTenantPage(this, this.tenant(of))
    await this.page.getByText('There is no tenant').first().waitFor()
    assert.equal(await this.page.locator('[data-metric]').count(), 0, `${as} sees charts of ${of}`)
  },
)

Given('a stream that was opened with its token for reading', async function (this: Scene) {
  const abort = new AbortController()
  this.cleanups.push(() => abort.abort())
  const answer = await fetch(`${this.stack.url}/api/v1/stream/${this.tenant().name}`, {
    headers: { authorization: `Bearer ${this.tenant().tokens.read}` },
    signal: abort.signal,
  })
  assert.equal(answer.status, 200)
  const reader = ensure(answer.body, 'a body').getReader()
  await reader.read()
  async function readToTheEnd() {
    while (!(await reader.read()).done);
  }
  streams.set(
    this,
    readToTheEnd().catch(() => undefined),
  )
})

When('that token is revoked', async function (this: Scene) {
  const { name, tokens } = this.tenant()
  const token = tokens.manage
  const path = `/api/v1/tenants/${name}/tokens`
  const { items } = await this.api.expect<{ items: { id: number; label: string }[] }>(200, 'GET', path, {
    token,
  })
  const { id } = ensure(
    items.find(({ label }) => label === 'feature read'),
    'the token in the list',
  )
  await this.api.expect(204, 'DELETE', `${path}/${id}`, { token })
})

Then('the stream ends within {int} seconds', async function (this: Scene, seconds: number) {
  let ended = false
  void ensure(streams.get(this), 'a stream').then(() => {
    ended = true
  })
  await until('the stream has ended', seconds * 1000, async () => ended || undefined)
})
