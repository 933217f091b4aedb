import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { poll } from '@streamgauge/bench/poll.ts'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'
import { type Got, type Receiver, receiver } from '@streamgauge/pipeline/notify/testing.ts'
import { Webhook } from 'standardwebhooks'

let whole: Whole
let hook: Receiver
let headers: Readonly<Record<string, string>>

before(async () => {
  whole = await startWhole({ WEBHOOK_ALLOW: '127.0.0.0/8' })
  hook = await receiver()
  await whole.tenant('acme')
  headers = { authorization: `Bearer ${(await whole.token('acme', 'manage')).token}` }
})
after(async () => {
  await whole[Symbol.asyncDispose]()
  await hook[Symbol.asyncDispose]()
})

async function ask(method: string, path: string, body?: object) {
  const response = await fetch(`${whole.url}/api/v1/tenants/acme/${path}`, {
    method,
    headers: body ? { ...headers, 'content-type': 'application/json' } : headers,
    body: body && JSON.stringify(body),
  })
  assert.ok(response.ok, `${method} ${path}: ${response.status}`)
  return response.json()
}

/** The message that the receiver gets next. */
async function next(): Promise<Got> {
  const before = hook.got.length
  await poll(async () => hook.got.length > before)
  return hook.got[before]
}

function isSignedWith(secret: string, { headers, body }: Got): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>)
    return true
  } catch {
    return false
  }
}

test('a test message is signed with the secret that was told, and with both while it rotates', async () => {
  const { id, secret } = await ask('POST', 'channels', { type: 'webhook', url: hook.url })
  const send = async () => (await Promise.all([next(), ask('POST', `channels/${id}/test`)]))[0]
  const first = await send()
  assert.deepEqual([first.type, isSignedWith(secret, first)], ['alert.test', true])
  await poll(async () => (await ask('GET', 'deliveries?status=delivered')).items.length === 1)
  const rotated = await ask('POST', `channels/${id}/rotate`)
  const second = await send()
  assert.deepEqual(
    [rotated.secret, secret].map((each) => isSignedWith(each, second)),
    [true, true],
  )
  assert.equal(isSignedWith(rotated.secret, first), false)
})

test('the log tells of every try, and what is sent again has the same id', async () => {
  const { id } = await ask('POST', 'channels', { type: 'webhook', url: hook.url })
  hook.answer = () => ({ status: 400 })
  const [refused, { delivery_id }] = await Promise.all([next(), ask('POST', `channels/${id}/test`)])
  const read = async () =>
    (await ask('GET', `deliveries?channel=${id}`)).items.find((one: { id: number }) => one.id === delivery_id)
  await poll(async () => (await read()).tries.length === 1)
  hook.answer = () => ({ status: 204 })
  const [again] = await Promise.all([next(), ask('POST', `deliveries/${delivery_id}/resend`)])
  assert.equal(again.id, refused.id)
  await poll(async () => (await read()).status === 'delivered')
  const { tries, message_id, next_at } = await read()
  assert.deepEqual(
    tries.map(({ attempt, code }: { attempt: number; code: number }) => [attempt, code]),
    [
      [1, 400],
      [2, 204],
    ],
  )
  assert.deepEqual([message_id, next_at], [refused.id, null])
})

test('a receiver that is gone disables its channel until the channel is saved again', async () => {
  const { id } = await ask('POST', 'channels', { type: 'webhook', url: hook.url })
  hook.answer = () => ({ status: 410 })
  await ask('POST', `channels/${id}/test`)
  await poll(async () => (await ask('GET', `channels/${id}`)).disabled_reason !== null)
  hook.answer = () => ({ status: 204 })
  const saved = await ask('PUT', `channels/${id}`, await ask('GET', `channels/${id}`))
  assert.equal(saved.disabled_reason, null)
  const [got] = await Promise.all([next(), ask('POST', `channels/${id}/test`)])
  assert.equal(got.type, 'alert.test')
})
