import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAlertChannel } from './alert-channel.ts'

function faults(body: unknown): string {
  const read = readAlertChannel(body)
  return read.ok ? '' : read.faults.map(({ field, detail }) => `${field}: ${detail}`).join('\n')
}

test('a channel is a webhook or addresses, and is named by them unless it has a name', () => {
  assert.deepEqual(readAlertChannel({ type: 'webhook', url: 'https://example.com/hooks?a=1' }), {
    ok: true,
    value: { type: 'webhook', name: 'example.com', url: 'https://example.com/hooks?a=1' },
  })
  assert.deepEqual(
    readAlertChannel({ type: 'email', name: 'On call', to: ['a@example.com', 'b.c+d@mail.test'] }),
    {
      ok: true,
      value: { type: 'email', name: 'On call', to: ['a@example.com', 'b.c+d@mail.test'] },
    },
  )
})

test('every fault of a channel is told with its field, in words', () => {
  const url = 'https://example.com/'
  const table: [body: unknown, wanted: RegExp][] = [
    [{}, /^type: is missing/],
    [{ type: 'slack', url }, /^type: must be one of webhook email/],
    [{ type: 'webhook' }, /^url: is missing/],
    [{ type: 'webhook', url: 'example.com' }, /^url: must be a whole address/],
    [{ type: 'webhook', url: 'ftp://example.com/' }, /^url: must begin with https/],
    [{ type: 'webhook', url: 'https://me:pw@example.com/' }, /^url: must not carry a user name/],
    [{ type: 'webhook', url: `${url}#top` }, /^url: must not have a fragment/],
    [{ type: 'webhook', url: url + 'a'.repeat(2_000) }, /^url: must have 1 to 2000 characters/],
    [{ type: 'webhook', url: url + 'ä'.repeat(1_000) }, /^url: must have at most 2000 characters/],
    [{ type: 'webhook', url: `${url}\n` }, /^url: /],
    [{ type: 'webhook', url, to: ['a@example.com'] }, /^to: does not belong to the type webhook/],
    [{ type: 'email', url }, /^to: is missing\.\nurl: does not belong/],
    [{ type: 'email', to: [] }, /^to: must name at least one address/],
    [{ type: 'email', to: 'a@example.com' }, /^to: must be an array of at most 20/],
    [{ type: 'email', to: ['a@example.com', 'b'] }, /^to\.1: must be an address/],
    [{ type: 'email', to: ['a@example.com\r\nBcc: b@example.com'] }, /^to\.0: /],
    [{ type: 'email', to: ['"a"@example.com'] }, /^to\.0: /],
    [{ type: 'email', to: ['Ann <a@example.com>'] }, /^to\.0: /],
    [{ type: 'email', to: ['a@example.com,b@example.com'] }, /^to\.0: /],
    [{ type: 'email', to: ['a@example.com', 'a@example.com'] }, /^to: names something twice/],
    [
      { type: 'email', to: Array.from({ length: 21 }, (_, i) => `a${i}@example.com`) },
      /^to: must be an array/,
    ],
    [{ type: 'webhook', url, secret: 'whsec_x' }, /^secret: is not known/],
  ]
  for (const [body, wanted] of table) assert.match(faults(body), wanted, JSON.stringify(body))
})
