import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { limits } from '@streamgauge/core/limits.ts'
import { type AlertRoutes, startAlertRoutes } from './testing.ts'

let routes: AlertRoutes
before(async () => {
  routes = await startAlertRoutes()
})
after(() => routes[Symbol.asyncDispose]())

const least = { metric_name: 'cpu', operator: '>', threshold: 90 }
const post = (body: unknown) => routes.ask('manage', 'POST', 'alert-rules', body)

async function make(more: object = {}) {
  const { status, body } = await post({ ...least, ...more })
  assert.equal(status, 201, JSON.stringify(body))
  return body
}

async function makeChannel(): Promise<number> {
  const { body } = await routes.ask('manage', 'POST', 'channels', { type: 'email', to: ['a@example.com'] })
  return body.id
}

interface Stored {
  version: number
  updated_at: number
  deleted_at: number | null
  duration_ms: number
  tags: string
  enabled: number
}
const stored = async (id: number): Promise<Stored> =>
  (
    await routes.database.query<Stored>(
      'SELECT *, CAST(tags AS CHAR) AS tags FROM alert_rules WHERE id = ?',
      [id],
    )
  )[0]

test('a rule is made with its defaults, answered whole, and found where the answer says', async () => {
  const { status, headers, body } = await post({
    ...{ ...least, duration: 10.25, tags: { b: '1', a: '2' }, agent_id: 'web-1', clear_threshold: 80 },
  })
  assert.equal(status, 201)
  const { id, created_at, ...rest } = body
  assert.deepEqual(rest, {
    ...{ name: 'cpu > 90', ...least, duration: 10.25, agent_id: 'web-1', tags: { a: '2', b: '1' } },
    ...{ keep_firing_for: 0, clear_threshold: 80, no_data: 'keep', severity: 'warning', channels: [] },
    ...{ enabled: true, version: 1, updated_at: created_at },
  })
  const { duration_ms, tags, enabled } = await stored(id)
  assert.deepEqual([duration_ms, tags, enabled], [10_250, '{"a":"2","b":"1"}', 1])
  const path = String(headers.location).replace('/api/v1/tenants/acme/', '')
  assert.deepEqual((await routes.ask('read', 'GET', path)).body, body)
})

test('a body with faults is refused with every field named, and nothing is stored', async () => {
  const count = () => routes.database.query('SELECT COUNT(*) AS rules FROM alert_rules')
  const before = await count()
  const { status, body } = await post({ metric_name: '', operator: '=', severity: 'high', foo: 1 })
  assert.deepEqual([status, body.code], [422, 'BODY_INVALID'])
  assert.deepEqual(
    body.errors.map(({ field }: { field: string }) => field),
    ['foo', 'threshold', 'metric_name', 'operator', 'severity'],
  )
  assert.match(body.detail, /operator: must be one of > >= < <= == !=/)
  for (const wrong of [[], 'x', null, 5]) {
    assert.deepEqual((await post(wrong)).body.code, 'BODY_INVALID', JSON.stringify(wrong))
  }
  assert.deepEqual(await count(), before)
})

test('an edit counts the version and the time up; what was left out has its default again', async () => {
  const made = await make({ severity: 'critical', duration: 60 })
  await routes.database.execute('UPDATE alert_rules SET updated_at = ? WHERE id = ?', [1_000, made.id])
  const { status, body } = await routes.ask('manage', 'PUT', `alert-rules/${made.id}`, {
    ...least,
    threshold: 95,
    enabled: false,
  })
  assert.equal(status, 200)
  const { id, version, created_at, threshold, severity, duration, enabled } = body
  assert.deepEqual([id, version, created_at], [made.id, 2, made.created_at])
  assert.deepEqual([threshold, severity, duration, enabled], [95, 'warning', 0, false])
  assert.ok(body.updated_at >= made.updated_at)
  assert.equal((await stored(id)).updated_at, body.updated_at)
})

test('where the clock went back the new version doesn’t begin before the old one', async () => {
  const { id } = await make()
  const ahead = Date.now() + 60_000
  await routes.database.execute('UPDATE alert_rules SET updated_at = ? WHERE id = ?', [ahead, id])
  assert.equal((await routes.ask('manage', 'PUT', `alert-rules/${id}`, least)).body.updated_at, ahead)
})

test('what was read can be put back, unless somebody else has changed it meanwhile', async () => {
  const read = await make()
  const first = await routes.ask('manage', 'PUT', `alert-rules/${read.id}`, { ...read, threshold: 1 })
  assert.equal(first.status, 200)
  const second = await routes.ask('manage', 'PUT', `alert-rules/${read.id}`, { ...read, threshold: 2 })
  assert.deepEqual([second.status, second.body.code], [409, 'RULE_CHANGED'])
  assert.match(second.body.detail, /version 2/)
  const { version: _, ...overwrite } = read
  assert.equal((await routes.ask('manage', 'PUT', `alert-rules/${read.id}`, overwrite)).body.version, 3)
})

test('a deleted rule is gone from every answer and stays as a row', async () => {
  const { id } = await make()
  for (let i = 0; i < 2; i++) {
    assert.equal((await routes.ask('manage', 'DELETE', `alert-rules/${id}`)).status, 204)
  }
  const { deleted_at, version } = await stored(id)
  assert.ok(deleted_at !== null && Math.abs(deleted_at - Date.now()) < 10_000 && version === 1)
  assert.equal((await routes.ask('read', 'GET', `alert-rules/${id}`)).status, 404)
  assert.equal((await routes.ask('manage', 'PUT', `alert-rules/${id}`, least)).status, 404)
  const { body } = await routes.ask('read', 'GET', 'alert-rules?limit=1000')
  assert.ok(!body.items.some((rule: { id: number }) => rule.id === id))
})

test('rules come in pages by id, none left out and none twice', async () => {
  for (let i = 0; i < 7; i++) await make({ name: `page ${i}` })
  const { body: whole } = await routes.ask('read', 'GET', 'alert-rules?limit=1000')
  const seen: object[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { body } = await routes.ask('read', 'GET', `alert-rules?limit=3${cursor && `&cursor=${cursor}`}`)
    assert.ok(body.items.length <= 3)
    seen.push(...body.items)
    cursor = body.next
  }
  assert.deepEqual(seen, whole.items)
  const { status, body } = await routes.ask('read', 'GET', 'alert-rules?cursor=nonsense')
  assert.deepEqual([status, body.code], [422, 'QUERY_INVALID'])
})

test('a rule tells channels of its own tenant only', async () => {
  const id = await makeChannel()
  assert.deepEqual((await make({ channels: [id] })).channels, [id])
  await routes.database.execute(
    'INSERT INTO channels (tenant_id, name, type, created_at) VALUES (?, ?, ?, 0)',
    [routes.tenantIds.globex, 'theirs', 'email'],
  )
  const [theirs] = await routes.database.query<{ id: number }>(
    "SELECT id FROM channels WHERE name = 'theirs'",
  )
  const made = await make()
  for (const [method, path] of [
    ['POST', 'alert-rules'],
    ['PUT', `alert-rules/${made.id}`],
  ] as const) {
    const { status, body } = await routes.ask('manage', method, path, { ...least, channels: [id, theirs.id] })
    assert.deepEqual([status, body.code], [422, 'CHANNEL_UNKNOWN'], method)
    assert.match(body.detail, new RegExp(`no channel ${theirs.id}\\.`))
  }
})

test('a tenant has a limited number of rules, also when they are made at once', async () => {
  const [{ count }] = await routes.database.query<{ count: number }>(
    'SELECT COUNT(*) AS count FROM alert_rules WHERE tenant_id = ? AND deleted_at IS NULL',
    [routes.tenantIds.acme],
  )
  const row = [routes.tenantIds.acme, 'filler', 'cpu', '>', 1, 0, 0]
  await routes.database.execute(
    'INSERT INTO alert_rules (tenant_id, name, metric_name, operator, threshold, created_at, updated_at) VALUES ?',
    [Array.from({ length: limits.rulesPerTenant - count - 2 }, () => row)],
  )
  const answers = await Promise.all(Array.from({ length: 6 }, () => post(least)))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 201, 422, 422, 422, 422])
  const { body } = await post(least)
  assert.deepEqual([body.code, /at most 1000/.test(body.detail)], ['RULE_LIMIT', true])
  await routes.database.execute("DELETE FROM alert_rules WHERE name = 'filler'")
})

test('reading needs read, changing needs manage, and other tenants have neither', async () => {
  const { id } = await make()
  const foreign = await routes.token('globex', 'manage')
  const calls = [
    ['GET', 'alert-rules', undefined],
    ['GET', `alert-rules/${id}`, undefined],
    ['POST', 'alert-rules', least],
    ['PUT', `alert-rules/${id}`, least],
    ['DELETE', `alert-rules/${id}`, undefined],
  ] as const
  for (const [method, path, body] of calls) {
    assert.equal((await routes.ask(foreign, method, path, body)).status, 403, `${method} ${path}`)
    assert.equal((await routes.ask('ingest', method, path, body)).status, 403, `${method} ${path}`)
    const status = (await routes.ask('read', method, path, body)).status
    assert.equal(status, method === 'GET' ? 200 : 403, `${method} ${path}`)
  }
})

test('the id of another tenant’s rule, and what is no id, name nothing', async () => {
  await routes.database.execute(
    `INSERT INTO alert_rules (tenant_id, name, metric_name, operator, threshold, created_at, updated_at)
     VALUES (?, 'theirs', 'cpu', '>', 1, 5, 5)`,
    [routes.tenantIds.globex],
  )
  const [{ id: theirs }] = await routes.database.query<{ id: number }>(
    "SELECT id FROM alert_rules WHERE name = 'theirs'",
  )
  for (const id of [theirs, 'abc', '0', '-1', '99999999999999999999', '1e3', '%2e']) {
    for (const method of ['GET', 'PUT', 'DELETE'] as const) {
      const body = method === 'PUT' ? least : undefined
      const answer = await routes.ask('manage', method, `alert-rules/${id}`, body)
      assert.deepEqual([answer.status, answer.body.code], [404, 'NOT_FOUND'], `${method} ${id}`)
    }
  }
  const { version, updated_at, deleted_at } = await stored(theirs)
  assert.deepEqual([version, updated_at, deleted_at], [1, 5, null])
})
