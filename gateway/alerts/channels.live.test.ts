import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { limits } from '@streamgauge/core/limits.ts'
import { type AlertRoutes, startAlertRoutes } from './testing.ts'

let routes: AlertRoutes
before(async () => {
  routes = await startAlertRoutes()
})
after(() => routes[Symbol.asyncDispose]())

// An address, so that no name server is asked.
const webhook = { type: 'webhook', name: 'Hook', url: 'https://93.184.215.14/hooks' }
const email = { type: 'email', name: 'On call', to: ['a@example.com', 'b@example.com'] }
const post = (body: unknown) => routes.ask('manage', 'POST', 'channels', body)

async function make(body: object = webhook) {
  const answer = await post(body)
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  return answer.body
}

interface Stored {
  secret: Buffer | null
  old_secret: Buffer | null
  old_secret_until: number | null
  deleted_at: number | null
}
const stored = async (id: number): Promise<Stored> =>
  (await routes.database.query<Stored>('SELECT * FROM channels WHERE id = ?', [id]))[0]
const deliveries = () =>
  routes.database.query<{ id: number; channel_id: number; kind: string; status: string; attempt: number }>(
    'SELECT * FROM deliveries ORDER BY id',
  )
const written = (secret: Buffer | null) => `whsec_${secret?.toString('base64')}`

test('the secret of a webhook is told when it is made, and never again', async () => {
  const { secret, ...rest } = await make()
  const kept = {
    ...webhook,
    id: rest.id,
    created_at: rest.created_at,
    disabled_reason: null,
    disabled_at: null,
  }
  assert.deepEqual(rest, kept)
  assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  assert.equal(secret, written((await stored(rest.id)).secret))
  const answers = [
    await routes.ask('manage', 'GET', `channels/${rest.id}`),
    await routes.ask('manage', 'GET', 'channels'),
    await routes.ask('manage', 'PUT', `channels/${rest.id}`, webhook),
    await routes.ask('manage', 'POST', `channels/${rest.id}/test`),
    await routes.ask('manage', 'GET', 'deliveries'),
    await routes.ask('manage', 'DELETE', `channels/${rest.id}`),
  ]
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 202, 200, 204],
  )
  assert.doesNotMatch(JSON.stringify(answers), /secret|whsec/)
  assert.equal((await stored(rest.id)).secret, null)
})

test('a rotated secret is told once, and the one before signs for 24 hours more', async () => {
  const { id, secret: first } = await make()
  const { status, body } = await routes.ask('manage', 'POST', `channels/${id}/rotate`)
  assert.equal(status, 200)
  const row = await stored(id)
  assert.deepEqual([written(row.secret), written(row.old_secret)], [body.secret, first])
  assert.notEqual(body.secret, first)
  assert.equal(row.old_secret_until, body.old_secret_until)
  assert.ok(Math.abs(body.old_secret_until - Date.now() - 24 * 3_600_000) < 10_000)
})

test('an e-mail channel has addresses and no secret', async () => {
  const { id, ...rest } = await make(email)
  const { created_at, ...more } = rest
  assert.deepEqual(more, { ...email, disabled_reason: null, disabled_at: null })
  assert.equal((await stored(id)).secret, null)
  const { status, body } = await routes.ask('manage', 'POST', `channels/${id}/rotate`)
  assert.deepEqual([status, body.detail], [404, `This tenant has no webhook ${id}.`])
})

test('webhooks don’t lead to private addresses, neither when they are made nor when they are changed', async () => {
  const { id } = await make()
  const forbidden = [
    'http://127.0.0.1:8080/',
    'http://localhost/',
    'http://[::1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://192.168.1.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::ffff:10.0.0.1]/',
    'http://100.64.0.1/',
  ]
  for (const url of forbidden) {
    for (const answer of [
      await post({ type: 'webhook', url }),
      await routes.ask('manage', 'PUT', `channels/${id}`, { type: 'webhook', url }),
    ]) {
      assert.deepEqual([answer.status, answer.body.code], [422, 'WEBHOOK_URL_FORBIDDEN'], url)
    }
  }
  await make({ type: 'webhook', url: 'http://10.7.3.4/allowed' })
})

test('faults of a channel are named with their fields, and its type stays', async () => {
  const { status, body } = await post({ type: 'email', to: ['a', 'b@example.com'], url: 'x' })
  assert.deepEqual([status, body.code], [422, 'BODY_INVALID'])
  assert.deepEqual(
    body.errors.map(({ field }: { field: string }) => field),
    ['url', 'to.0'],
  )
  const { id } = await make()
  const other = await routes.ask('manage', 'PUT', `channels/${id}`, email)
  assert.deepEqual([other.status, other.body.detail.slice(0, 20)], [422, 'type: stays webhook;'])
})

test('saving a disabled channel enables it; until then it takes no test and nothing again', async () => {
  const { id, secret: _, ...made } = await make()
  const { body: first } = await routes.ask('manage', 'POST', `channels/${id}/test`)
  await routes.database.execute("UPDATE deliveries SET status = 'failed' WHERE id = ?", [first.delivery_id])
  await routes.database.execute(
    "UPDATE channels SET disabled_reason = 'gone', disabled_at = 5 WHERE id = ?",
    [id],
  )
  const { body } = await routes.ask('read', 'GET', `channels/${id}`)
  assert.deepEqual([body.disabled_reason, body.disabled_at], ['gone', 5])
  for (const path of [`channels/${id}/test`, `deliveries/${first.delivery_id}/resend`]) {
    const refused = await routes.ask('manage', 'POST', path)
    assert.deepEqual([refused.status, refused.body.code], [409, 'CHANNEL_DISABLED'], path)
  }
  const saved = await routes.ask('manage', 'PUT', `channels/${id}`, body)
  assert.deepEqual(saved.body, { id, ...made })
  assert.equal((await routes.ask('manage', 'POST', `channels/${id}/test`)).status, 202)
})

test('each time that a test is asked for is a message of its own, also while an earlier one waits', async () => {
  const { id } = await make()
  const asked = await Promise.all(
    Array.from({ length: 5 }, () => routes.ask('manage', 'POST', `channels/${id}/test`)),
  )
  const ids = asked.map(({ body }) => body.delivery_id)
  const rows = (await deliveries()).filter(({ channel_id }) => channel_id === id)
  assert.deepEqual(
    ids.toSorted((x, y) => x - y),
    rows.map((row) => row.id),
  )
  assert.deepEqual(
    rows.map(({ kind, status }) => `${kind} ${status}`),
    Array.from(ids, () => 'test pending'),
  )
})

test('a channel that rules tell stays; a deleted one is gone from every answer', async () => {
  const { id } = await make()
  const rule = { metric_name: 'cpu', operator: '>', threshold: 1 }
  const { body: made } = await routes.ask('manage', 'POST', 'alert-rules', { ...rule, channels: [id] })
  const refused = await routes.ask('manage', 'DELETE', `channels/${id}`)
  assert.deepEqual([refused.status, refused.body.code], [409, 'CHANNEL_IN_USE'])
  assert.match(refused.body.detail, new RegExp(`: ${made.id}\\.$`))
  assert.equal((await routes.ask('read', 'GET', `channels/${id}`)).status, 200)
  await routes.ask('manage', 'PUT', `alert-rules/${made.id}`, rule)
  for (let i = 0; i < 2; i++) {
    assert.equal((await routes.ask('manage', 'DELETE', `channels/${id}`)).status, 204)
  }
  assert.ok((await stored(id)).deleted_at)
  for (const [method, path] of [
    ['GET', ''],
    ['PUT', ''],
    ['POST', '/test'],
    ['POST', '/rotate'],
  ] as const) {
    const body = method === 'PUT' ? webhook : undefined
    assert.equal((await routes.ask('manage', method, `channels/${id}${path}`, body)).status, 404, path)
  }
  const { body } = await routes.ask('read', 'GET', 'channels?limit=1000')
  assert.ok(!body.items.some((channel: { id: number }) => channel.id === id))
})

test('a tenant has a limited number of channels', async () => {
  const { acme } = routes.tenantIds
  const [{ count }] = await routes.database.query<{ count: number }>(
    'SELECT COUNT(*) AS count FROM channels WHERE tenant_id = ? AND deleted_at IS NULL',
    [acme],
  )
  await routes.database.execute('INSERT INTO channels (tenant_id, name, type, created_at) VALUES ?', [
    Array.from({ length: limits.channelsPerTenant - count }, () => [acme, 'filler', 'email', 0]),
  ])
  const { status, body } = await post(email)
  assert.deepEqual([status, body.code], [422, 'CHANNEL_LIMIT'])
  await routes.database.execute("DELETE FROM channels WHERE name = 'filler'")
})

test('deliveries come newest first with their tries, filtered and in pages', async () => {
  const { id: channelId } = await make(email)
  const row = (kind: string, status: string, at: number) => [
    ...[
      routes.tenantIds.acme,
      at,
      channelId,
      kind,
      status,
      at,
      `m-${at}`,
      at,
      status === 'pending' ? null : at + 1,
    ],
  ]
  await routes.database.execute(
    `INSERT INTO deliveries
       (tenant_id, alert_id, channel_id, kind, status, next_at, message_id, created_at, settled_at) VALUES ?`,
    [[row('firing', 'delivered', 1), row('resolved', 'failed', 2), row('firing', 'pending', 3)]],
  )
  const path = `deliveries?channel=${channelId}`
  const { body } = await routes.ask('read', 'GET', path)
  const [third, second, first] = body.items
  assert.deepEqual(
    [third, second, first].map(({ kind, status, next_at, settled_at }) => [
      kind,
      status,
      next_at,
      settled_at,
    ]),
    [
      ['firing', 'pending', 3, null],
      ['resolved', 'failed', null, 3],
      ['firing', 'delivered', null, 2],
    ],
  )
  const tries = [1, 2].map((n) => [
    second.id,
    n,
    n * 100,
    n === 1 ? null : 503,
    n === 1 ? 'no answer' : null,
    7,
  ])
  await routes.database.execute(
    'INSERT INTO delivery_attempts (delivery_id, attempt, at, code, error, took_ms) VALUES ?',
    [tries],
  )
  const { body: page } = await routes.ask(
    'read',
    'GET',
    `${path}&limit=1&cursor=${Buffer.from(String(third.id)).toString('base64url')}`,
  )
  assert.equal(page.items[0].id, second.id)
  assert.equal(page.items[0].channel_name, 'On call')
  assert.deepEqual(page.items[0].tries, [
    { attempt: 1, at: 100, code: null, error: 'no answer', took_ms: 7 },
    { attempt: 2, at: 200, code: 503, error: null, took_ms: 7 },
  ])
  assert.ok(page.next)
  const { body: failed } = await routes.ask('read', 'GET', `${path}&status=failed&status=delivered`)
  assert.deepEqual(
    failed.items.map(({ id }: { id: number }) => id),
    [second.id, first.id],
  )
  const wrong = await routes.ask('read', 'GET', 'deliveries?status=lost')
  assert.deepEqual([wrong.status, wrong.body.code], [422, 'QUERY_INVALID'])
})

test('a message is sent again under the id it had, with its schedule begun anew', async () => {
  const { id: channelId } = await make(email)
  const { body: asked } = await routes.ask('manage', 'POST', `channels/${channelId}/test`)
  const id = asked.delivery_id
  const read = async () =>
    (
      await routes.database.query<{ message_id: string; next_at: number; attempt: number; status: string }>(
        'SELECT message_id, next_at, attempt, status FROM deliveries WHERE id = ?',
        [id],
      )
    )[0]
  const before = await read()
  await routes.database.execute(
    "UPDATE deliveries SET status = 'failed', attempt = 10, settled_at = 1, next_at = 9e15 WHERE id = ?",
    [id],
  )
  const { status, body } = await routes.ask('manage', 'POST', `deliveries/${id}/resend`)
  assert.deepEqual([status, body], [202, { delivery_id: id }])
  const again = await read()
  assert.deepEqual([again.status, again.attempt, again.message_id], ['pending', 0, before.message_id])
  assert.ok(Math.abs(again.next_at - Date.now()) < 10_000)
  await routes.database.execute('UPDATE deliveries SET attempt = 3, next_at = 9e15 WHERE id = ?', [id])
  await routes.ask('manage', 'POST', `deliveries/${id}/resend`)
  const sooner = await read()
  assert.deepEqual([sooner.attempt, sooner.next_at < 9e15], [3, true])
})

test('reading needs read, changing needs manage, and other tenants have neither', async () => {
  const { id } = await make()
  const { body: asked } = await routes.ask('manage', 'POST', `channels/${id}/test`)
  const foreign = await routes.token('globex', 'manage')
  const calls = [
    ['GET', 'channels', 200],
    ['GET', `channels/${id}`, 200],
    ['GET', 'deliveries', 200],
    ['POST', 'channels', 403],
    ['PUT', `channels/${id}`, 403],
    ['DELETE', `channels/${id}`, 403],
    ['POST', `channels/${id}/test`, 403],
    ['POST', `channels/${id}/rotate`, 403],
    ['POST', `deliveries/${asked.delivery_id}/resend`, 403],
  ] as const
  for (const [method, path, status] of calls) {
    assert.equal((await routes.ask(foreign, method, path)).status, 403, `${method} ${path}`)
    assert.equal((await routes.ask('ingest', method, path)).status, 403, `${method} ${path}`)
    assert.equal((await routes.ask('read', method, path)).status, status, `${method} ${path}`)
  }
})

test('channels and deliveries of another tenant name nothing', async () => {
  const { database, tenantIds } = routes
  const { insertId: channel } = await database.execute(
    "INSERT INTO channels (tenant_id, name, type, secret, created_at) VALUES (?, 'theirs', 'webhook', 'x', 0)",
    [tenantIds.globex],
  )
  const { insertId: delivery } = await database.execute(
    `INSERT INTO deliveries (tenant_id, channel_id, kind, status, next_at, message_id, created_at)
     VALUES (?, ?, 'test', 'failed', 7, 'm', 0)`,
    [tenantIds.globex, channel],
  )
  for (const [method, path] of [
    ['GET', `channels/${channel}`],
    ['PUT', `channels/${channel}`],
    ['DELETE', `channels/${channel}`],
    ['POST', `channels/${channel}/test`],
    ['POST', `channels/${channel}/rotate`],
    ['POST', `deliveries/${delivery}/resend`],
    ['POST', 'deliveries/abc/resend'],
  ] as const) {
    const { status, body } = await routes.ask('manage', method, path, method === 'PUT' ? webhook : undefined)
    assert.deepEqual([status, body.code], [404, 'NOT_FOUND'], `${method} ${path}`)
  }
  const row = await stored(channel)
  assert.deepEqual([row.secret?.toString(), row.deleted_at], ['x', null])
  assert.ok((await deliveries()).some(({ id, status }) => id === delivery && status === 'failed'))
  const { body } = await routes.ask('read', 'GET', 'deliveries?limit=1000')
  assert.ok(!body.items.some(({ id }: { id: number }) => id === delivery))
})
