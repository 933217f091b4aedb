import assert from 'node:assert/strict'
import { get } from 'node:http'
import { test } from 'node:test'
import { createLog } from '@streamgauge/adapters/log.ts'
import { Registry } from '@streamgauge/adapters/metrics.ts'
import { startServices } from '@streamgauge/local/stack.ts'
import { startNotify } from './notify.ts'
import { outbox, until } from './testing.ts'

const logger = createLog({ name: 'notify', level: 'error', terminal: false })

interface Arrived {
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly message_id: string
  readonly in_reply_to: string | null
  readonly references: string[]
}

test('mails arrive, the end of an alert as an answer to its beginning, also after the server was away', async () => {
  await using store = await outbox()
  await using services = await startServices({ only: ['smtp'] })
  const { SMTP_URL, SMTP_FROM, SMTP_PAGE } = services.env
  const arrived = async (): Promise<Arrived[]> => (await (await fetch(`${SMTP_PAGE}/messages`)).json()).items
  const recipients = JSON.stringify(['ann@example.com', 'bob@example.com'])
  const channel = await store.channel({ type: 'email', recipients })
  let aheadMs = 0
  const notify = startNotify({
    ...{ databaseUrl: store.databaseUrl, webhookAllow: [], smtp: { url: SMTP_URL, from: SMTP_FROM } },
    ...{ publicUrl: 'https://metrics.example.com', logger, registry: new Registry() },
    clock: () => Date.now() + aheadMs,
  })
  const firing = await store.tell(channel, 'cpu high', { agent: 'web-1' })
  notify.notifyNow()
  await store.settled()

  services.control.smtp.signal('SIGSTOP')
  const over = await store.tell(channel, 'cpu high', { agent: 'web-1', kind: 'resolved', after: firing })
  notify.notifyNow()
  await until('nobody answers', async () => (await store.delivery(over)).attempt === 1)
  services.control.smtp.signal('SIGCONT')
  aheadMs = 10_000
  notify.notifyNow()
  await store.settled()
  await notify.close()

  const [second, first, ...more] = await arrived()
  assert.deepEqual(more, [])
  assert.equal(first.subject, '[FIRING] cpu high: cpu of web-1')
  assert.equal(second.subject, '[Resolved] cpu high: cpu of web-1')
  assert.equal(first.to, 'ann@example.com, bob@example.com')
  assert.equal(first.from, '"Streamgauge" <alerts@streamgauge.localhost>')
  const ids = await store.db.query<{ id: string }>(
    'SELECT message_id AS id FROM deliveries ORDER BY deliveries.id',
  )
  assert.deepEqual(
    [first.message_id, second.message_id],
    ids.map(({ id }) => `<${id}@streamgauge.localhost>`),
  )
  assert.equal(second.in_reply_to, first.message_id)
  assert.deepEqual(second.references, [first.message_id])
  assert.match(first.text, /^FIRING: cpu high: cpu of web-1\nThe value is 97\.5; the threshold is 90\./)
  assert.match(first.text, /host: <b>\n/)
  assert.match(first.html, /<td>&lt;b&gt;<\/td>/)
  assert.match(first.html, /href="https:\/\/metrics\.example\.com"/)

  const page = await (await fetch(`${SMTP_PAGE}/`)).text()
  assert.match(page, /\[FIRING\] cpu high/)
  assert.ok(!page.includes('<b>'), 'a mail is no part of the page')
  const port = new URL(SMTP_PAGE).port
  const foreign = await new Promise((resolve) =>
    get({ port, host: '127.0.0.1', headers: { host: 'evil.example' } }, ({ statusCode }) =>
      resolve(statusCode),
    ),
  )
  assert.equal(foreign, 404)
})

test('a mail that takes longer than a lease is sent once, also where another worker waits for it', async () => {
  await using store = await outbox()
  await using services = await startServices({ only: ['smtp'] })
  const { SMTP_URL, SMTP_FROM, SMTP_PAGE } = services.env
  await using cleanup = new AsyncDisposableStack()
  const worker = (clock: () => number) =>
    startNotify({
      ...{ databaseUrl: store.databaseUrl, webhookAllow: [], smtp: { url: SMTP_URL, from: SMTP_FROM } },
      ...{ publicUrl: 'https://metrics.example.com', logger, registry: new Registry(), clock },
    })
  const channel = await store.channel({ type: 'email', recipients: '["ann@example.com"]' })
  const leasedUntil = async () => {
    const [{ until: at }] = await store.db.query<{ until: number }>(
      'SELECT leased_until AS `until` FROM deliveries',
    )
    return at
  }
  services.control.smtp.signal('SIGSTOP')
  cleanup.defer(() => void services.control.smtp.signal('SIGCONT'))
  await store.tell(channel, 'cpu high')
  let aheadMs = 0
  cleanup.defer(worker(() => Date.now() + aheadMs).close)
  await until('it is being sent', async () => (await leasedUntil()) > 0)
  const begun = await leasedUntil()
  aheadMs = 10_000
  await until('the lease is renewed', async () => (await leasedUntil()) >= begun + 10_000, 4_000)
  await worker(() => begun + 1_000).close()
  services.control.smtp.signal('SIGCONT')
  await store.settled()
  const { items } = (await (await fetch(`${SMTP_PAGE}/messages`)).json()) as { items: Arrived[] }
  assert.equal(items.length, 1)
})
