import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { networks, reachable } from './addresses.ts'
import { checkWebhookUrl } from './check-url.ts'
import { signatureHeaders } from './sign.ts'

test('private, reserved and disguised addresses are out of reach, public ones are not', () => {
  const may = reachable([])
  const no =
    '0.0.0.0 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.0.1 169.254.169.254 172.16.0.1 172.31.255.255 ' +
    '192.0.0.1 192.168.1.1 198.18.0.1 224.0.0.1 239.1.1.1 255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:a00:1 ' +
    '::127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1:: fc00::1 fd12::1 fe80::1 ' +
    'fec0::1 ff02::1'
  const yes = '1.1.1.1 100.63.255.255 100.128.0.1 172.32.0.1 192.167.0.1 8.8.8.8 2606:4700::1111 2a00:1450::1'
  assert.deepEqual(no.split(' ').filter(may), [])
  assert.deepEqual(
    yes.split(' ').filter((address) => !may(address)),
    [],
  )
})

test('what the operator allows is in reach, and nothing beside it', () => {
  const may = reachable(['127.0.0.0/8', '::1', 'fd00:1::/32'])
  assert.deepEqual(['127.0.0.1', '127.9.9.9', '::ffff:127.0.0.1', '::1', 'fd00:1::5'].filter(may).length, 5)
  assert.deepEqual(['10.0.0.1', '::2', 'fd00:2::1', '::ffff:10.0.0.1', '128.0.0.1'].filter(may), [
    '128.0.0.1',
  ])
  for (const wrong of ['', 'localhost', '10.0.0.0/33', '10.0.0.0/x', '10.0.0/8', '::/129', '10.0.0.0/-1'])
    assert.throws(() => networks([wrong]), /is not a network/, wrong)
})

test('an address is refused in every spelling when it is saved', async () => {
  const spellings =
    'http://127.0.0.1/ http://2130706433/ http://0x7f.1/ http://0177.0.0.1/ http://127.1:8080/x http://[::1]/ ' +
    'http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/ https://169.254.169.254/latest http://localhost/ ' +
    'http://[64:ff9b::7f00:1]/ http://0/'
  for (const url of spellings.split(' '))
    assert.match((await checkWebhookUrl(url, [])) ?? '', /not sent/, url)
  for (const url of ['ftp://1.1.1.1/', 'javascript:1', 'x', 'http://me:word@1.1.1.1/'])
    assert.match((await checkWebhookUrl(url, [])) ?? '', /The address must/, url)
  assert.equal(await checkWebhookUrl('http://127.0.0.1:9/', ['127.0.0.0/8']), undefined)
  assert.equal(await checkWebhookUrl('https://1.1.1.1/hook', []), undefined)
  assert.equal(await checkWebhookUrl('https://nowhere.invalid/hook', []), undefined)
})

test('receivers verify with either secret while it rotates, and with no other', () => {
  const [newer, older, foreign] = [randomBytes(32), randomBytes(32), randomBytes(32)]
  const body = '{"type":"alert.firing","data":{"é":1}}'
  const timestamp = Math.floor(Date.now() / 1000)
  const headers = signatureHeaders({ id: 'm-1', timestamp, body, secrets: [newer, older] })
  const verify = (secret: Buffer, text = body) =>
    new Webhook(`whsec_${secret.toString('base64')}`).verify(text, headers)
  assert.deepEqual(verify(newer), JSON.parse(body))
  assert.deepEqual(verify(older), JSON.parse(body))
  assert.throws(() => verify(foreign))
  assert.throws(() => verify(newer, body.replace('1', '2')))
})
