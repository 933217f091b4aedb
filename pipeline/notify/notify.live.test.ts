import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { createLog } from '@streamgauge/adapters/log.ts'
import { Registry } from '@streamgauge/adapters/metrics.ts'
import { Webhook } from 'standardwebhooks'
import { startNotify } from './notify.ts'
import { type Outbox, outbox, receiver, until } from './testing.ts'

const logger = createLog({ name: 'notify', level: 'error', terminal: false })
let store: Outbox

before(async () => {
  store = await outbox()
})
after(() => store?.[Symbol.asyncDispose]())

/** A worker whose clock `wait` moves on. */
function worker({ allow = ['127.0.0.1/32'] } = {}) {
  let aheadMs = 0
  const notify = startNotify({
    ...{ databaseUrl: store.databaseUrl, webhookAllow: allow, smtp: null, publicUrl: 'http://127.0.0.1' },
    ...{ logger, registry: new Registry(), random: () => 0, clock: () => Date.now() + aheadMs },
  })
  return {
    ...notify,
    wait(ms: number) {
      aheadMs += ms
      notify.notifyNow()
    },
    [Symbol.asyncDispose]: notify.close,
  }
}

test('a message is signed with both secrets while one replaces the other, and tells what happened', async () => {
  await using at = await receiver()
  await using notify = worker()
  const [secret, old] = [randomBytes(32), randomBytes(32)]
  const rotating = { type: 'webhook', url: at.url, secret, old_secret: old }
  const channel = await store.channel({ ...rotating, old_secret_until: Date.now() + 60_000 })
  const rotated = await store.channel({ ...rotating, old_secret_until: Date.now() - 1 })
  await store.tell(channel, 'cpu high', { agent: 'web-1' })
  await store.tell(rotated, 'later')
  notify.notifyNow()
  await store.settled()
  const [first, later] = ['cpu high', 'later'].map((name) => at.got.find((one) => one.name === name))
  const verify = (key: Buffer, got = first) =>
    new Webhook(`whsec_${key.toString('base64')}`).verify(
      got?.body ?? '',
      got?.headers as Record<string, string>,
    )
  verify(old)
  verify(secret, later)
  assert.throws(() => verify(old, later))
  const { type, timestamp, data } = verify(secret) as {
    type: string
    timestamp: string
    data: { at: number }
  }
  assert.equal(type, 'alert.firing')
  assert.equal(Date.parse(timestamp), data.at)
  const { at: _, id: __, ...rest } = data as typeof data & { id: number }
  assert.deepEqual(rest, {
    ...{ rule_id: 1, rule_name: 'cpu high', severity: 'critical', series: ['cpu', 'web-1', { host: '<b>' }] },
    ...{ from: 'OK', to: 'FIRING', reason: 'threshold', value: 97.5, threshold: 90, position: '3:42' },
  })
})

test('a receiver that was down for ten minutes gets each message once, in order', async () => {
  const gone = await receiver()
  const { port, url } = gone
  await gone[Symbol.asyncDispose]()
  const channel = await store.webhook(url)
  await using notify = worker()
  const first = await store.tell(channel, 'a')
  await until('a failed', async () => (await store.delivery(first)).attempt === 1)
  const second = await store.tell(channel, 'b')
  await store.tell(channel, 'a over', { kind: 'resolved', after: first })
  await until('b waits behind a', async () => (await store.delivery(second)).attempt === 1)
  const { error, code } = await store.delivery(second)
  assert.match(error, /^Not sent, an earlier message waits: .*ECONNREFUSED/)
  assert.equal(code, null)
  notify.wait(10_000)
  await until('both failed twice', async () => (await store.delivery(second)).attempt === 2)
  notify.wait(590_000)
  await until('both failed three times', async () => (await store.delivery(second)).attempt === 3)
  await using at = await receiver({ port })
  // Half an hour is what the others wait for; this one is due, and goes behind them.
  const third = await store.tell(channel, 'c')
  notify.notifyNow()
  await store.settled()
  assert.deepEqual(
    at.got.map(({ name }) => name),
    ['a', 'b', 'a over', 'c'],
  )
  assert.equal((await store.delivery(third)).status, 'delivered')
  const log = await store.db.query('SELECT attempt FROM delivery_attempts WHERE delivery_id = ?', [first])
  assert.ok(log.length >= 4, 'every try is in the log')
})

test('behind a receiver that answers 500 messages wait in order, also while workers come and go', async () => {
  await using at = await receiver()
  at.answer = () => ({ status: 500 })
  const channel = await store.webhook(at.url)
  const ids: number[] = []
  {
    await using first = worker()
    for (const name of ['a', 'b']) ids.push(await store.tell(channel, name))
    first.notifyNow()
    await until('both wait', async () => (await store.delivery(ids[1])).attempt === 1)
  }
  {
    await using second = worker()
    second.wait(10_000)
    await until('a failed again', async () => (await store.delivery(ids[0])).attempt === 2)
  }
  at.answer = () => ({ status: 204 })
  await using third = worker()
  third.wait(600_000)
  await store.settled()
  assert.deepEqual(
    at.got.map(({ name }) => name),
    ['a', 'a', 'a', 'b'],
  )
  assert.equal(new Set(at.got.slice(0, 3).map(({ id }) => id)).size, 1, 'each try has the same id')
  assert.deepEqual(
    (await Promise.all(ids.map(store.delivery))).map(({ status, attempt }) => `${status} ${attempt}`),
    ['delivered 3', 'delivered 3'],
  )
})

test('a receiver that answers 410 is disabled, with all that waits for it', async () => {
  await using at = await receiver()
  at.answer = () => ({ status: 410 })
  const channel = await store.webhook(at.url)
  const ids = [await store.tell(channel, 'a'), await store.tell(channel, 'b')]
  await using notify = worker()
  notify.notifyNow()
  await store.settled()
  const later = await store.tell(channel, 'c')
  notify.notifyNow()
  await store.settled()
  for (const id of [...ids, later]) {
    const { status, error } = await store.delivery(id)
    assert.deepEqual([status, error], ['failed', 'The receiver answered 410: it wants no more messages.'])
  }
  assert.equal(at.got.length, 1)
  const [{ disabled_at }] = await store.db.query('SELECT disabled_at FROM channels WHERE id = ?', [channel])
  assert.ok(Number(disabled_at) > 0)
})

test('a private address gets nothing: not by address, by name, nor by a redirect', async () => {
  await using open = await receiver()
  await using inside = await receiver({ host: '127.0.0.2' })
  open.answer = () => ({ status: 307, headers: { location: inside.url } })
  const redirected = await store.tell(await store.webhook(open.url), 'redirected')
  const direct = await store.tell(await store.webhook(inside.url), 'direct')
  const tried = async (id: number) => (await store.delivery(id)).attempt === 1
  {
    await using notify = worker()
    notify.notifyNow()
    await until('the redirect was tried', () => tried(redirected))
    await until('the address was tried', () => tried(direct))
  }
  const named = await store.tell(await store.webhook(`http://localhost:${open.port}/`), 'named')
  await using notify = worker({ allow: [] })
  notify.notifyNow()
  await until('the name was tried', () => tried(named))
  const errors = await Promise.all(
    [redirected, direct, named].map(async (id) => (await store.delivery(id)).error),
  )
  assert.deepEqual(errors, [
    'The receiver answered 307; redirects are not followed.',
    '127.0.0.2 leads to an address where webhooks are not sent: it is private, or reserved.',
    'localhost leads to an address where webhooks are not sent: it is private, or reserved.',
  ])
  assert.equal(inside.got.length, 0)
  assert.equal(open.got.length, 1)
  await store.db.execute(`UPDATE deliveries SET status = 'failed' WHERE status = 'pending'`)
})

test('that it is over is told only after the beginning was told, or given up', async () => {
  await using at = await receiver()
  at.answer = ({ type }) => ({ status: type === 'alert.firing' ? 500 : 204 })
  const channel = await store.webhook(at.url)
  await using notify = worker()
  const first = await store.tell(channel, 'a')
  const over = await store.tell(channel, 'a over', { kind: 'resolved', after: first })
  for (let attempt = 1; attempt < 10; attempt++) {
    notify.notifyNow()
    await until(`try ${attempt}`, async () => (await store.delivery(first)).attempt === attempt)
    assert.equal(
      at.got.some(({ type }) => type === 'alert.resolved'),
      false,
    )
    notify.wait(86_400_000)
  }
  await store.settled()
  assert.deepEqual(
    [await store.delivery(first), await store.delivery(over)].map(
      ({ status, attempt }) => `${status} ${attempt}`,
    ),
    ['failed 10', 'delivered 1'],
  )
  assert.equal(new Set(at.got.slice(0, 10).map(({ id }) => id)).size, 1, 'each try has the same id')
})

test('one message that a receiver does not want holds no other up, and Retry-After is kept to', async () => {
  await using at = await receiver()
  at.answer = ({ name }) =>
    name === 'poison'
      ? { status: 400 }
      : name === 'busy'
        ? { status: 503, headers: { 'retry-after': '90' } }
        : { status: 200 }
  const channel = await store.webhook(at.url)
  await using notify = worker()
  const poison = await store.tell(channel, 'poison')
  const fine = await store.tell(channel, 'fine')
  const busy = await store.tell(channel, 'busy')
  notify.notifyNow()
  await until('busy was tried', async () => (await store.delivery(busy)).attempt === 1)
  assert.equal((await store.delivery(fine)).status, 'delivered')
  assert.equal((await store.delivery(poison)).code, 400)
  const { next_at } = await store.delivery(busy)
  assert.ok(next_at - Date.now() > 80_000 && next_at - Date.now() <= 90_000)
  const other = await store.tell(await store.webhook(at.url), 'other')
  const next = await store.tell(channel, 'next')
  notify.notifyNow()
  await until('another channel goes on', async () => (await store.delivery(other)).status === 'delivered')
  assert.equal((await store.delivery(next)).attempt, 0)
  at.answer = () => ({ status: 200 })
  notify.wait(91_000)
  await until('both arrive', async () => (await store.delivery(next)).status === 'delivered')
  assert.deepEqual(
    at.got.map(({ name }) => name),
    ['poison', 'fine', 'busy', 'other', 'poison', 'busy', 'next'],
  )
  await store.db.execute(`UPDATE deliveries SET status = 'failed' WHERE status = 'pending'`)
})

test('what an offline agent is said to do is muted from then on, not before, and for no other', async () => {
  await using at = await receiver()
  const channel = await store.webhook(at.url)
  const [{ tenant }] = await store.db.query('SELECT tenant_id AS tenant FROM channels WHERE id = ?', [
    channel,
  ])
  const offlineAt = Date.now() - 60_000
  const enrol = (agent: string, revoked: number | null) =>
    store.db.execute(
      `INSERT INTO agents (tenant_id, agent_id, generation, enrolled_at, revoked_at, status, status_at)
       VALUES (?, ?, 1, 0, ?, 'offline', ?)`,
      [tenant as number, agent, revoked, offlineAt],
    )
  await enrol('web-1', null)
  await enrol('web-2', 1)
  const before = await store.tell(channel, 'before', { agent: 'web-1', at: offlineAt - 1 })
  const from = { agent: 'web-1', at: offlineAt + 1 }
  const muted = await store.tell(channel, 'muted', from)
  await store.tell(channel, 'its end', { ...from, kind: 'resolved', after: muted, reason: 'rule_deleted' })
  await store.tell(channel, 'silent', { ...from, kind: 'resolved', after: before })
  await store.tell(channel, 'rule gone', { ...from, kind: 'resolved', after: before, reason: 'rule_deleted' })
  await store.tell(channel, 'revoked', { ...from, agent: 'web-2' })
  await store.tell(channel, 'unknown', { ...from, agent: 'web-3' })
  await using notify = worker()
  notify.notifyNow()
  await store.settled()
  assert.deepEqual(
    at.got.map(({ name }) => name),
    ['before', 'rule gone', 'revoked', 'unknown'],
  )
  const { status, error } = await store.delivery(muted)
  assert.deepEqual([status, error], ['muted', 'The agent web-1 was offline.'])
})

test('a deleted channel is told nothing', async () => {
  await using at = await receiver()
  const channel = await store.webhook(at.url)
  await store.db.execute('UPDATE channels SET deleted_at = 1 WHERE id = ?', [channel])
  const id = await store.tell(channel, 'a')
  await using notify = worker()
  notify.notifyNow()
  await store.settled()
  assert.equal((await store.delivery(id)).error, 'The channel was deleted.')
  assert.equal(at.got.length, 0)
})

test('a message whose row is locked just then is waited for, not overtaken', async () => {
  await using at = await receiver()
  const channel = await store.webhook(at.url)
  const first = await store.tell(channel, 'first')
  await store.tell(channel, 'second')
  const other = await store.db.connection()
  await other.begin()
  await other.query('SELECT id FROM deliveries WHERE id = ? FOR UPDATE', [first])
  await using notify = worker()
  notify.notifyNow()
  await until('the worker waits', async () => {
    const [{ waiting }] = await store.db.query<{ waiting: number }>(
      `SELECT COUNT(*) AS waiting FROM information_schema.processlist WHERE info LIKE 'UPDATE deliveries SET lease =%'`,
    )
    return waiting > 0 || at.got.length > 0
  })
  await other.rollback()
  other.release()
  await store.settled()
  assert.deepEqual(
    at.got.map(({ name }) => name),
    ['first', 'second'],
  )
})

test('several workers tell each message once, in order', async () => {
  await using at = await receiver()
  const channels = await Promise.all(Array.from({ length: 4 }, () => store.webhook(at.url)))
  const names = Array.from({ length: 200 }, (_, i) => `${i % 4}/${Math.floor(i / 4)}`)
  for (const [i, name] of names.entries()) await store.tell(channels[i % 4], name)
  await using a = worker()
  await using b = worker()
  a.notifyNow()
  b.notifyNow()
  await store.settled()
  assert.equal(at.got.length, 200)
  for (const i of [0, 1, 2, 3])
    assert.deepEqual(
      at.got.map(({ name }) => name).filter((name) => name.startsWith(`${i}/`)),
      names.filter((name) => name.startsWith(`${i}/`)),
    )
})
