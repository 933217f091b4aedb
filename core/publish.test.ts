import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from './limits.ts'
import { readPublishTerms } from './publish.ts'

const metrics = ['cpu.usage']
const origins = ['https://shop.example']

test('terms are read as they are sent, with the usual rate when none is named', () => {
  assert.deepEqual(readPublishTerms({ metrics, origins }), {
    ok: true,
    value: { metrics, origins, rate: limits.publishRate },
  })
  const many = [
    'https://shop.example',
    'http://localhost:8080',
    'https://xn--bcher-kva.example',
    'http://[::1]:3000',
  ]
  assert.deepEqual(readPublishTerms({ metrics: ['a', 'é b'], origins: many, rate: 1 }), {
    ok: true,
    value: { metrics: ['a', 'é b'], origins: many, rate: 1 },
  })
})

const wrong: [what: string, body: object, field: string, words: RegExp][] = [
  ['no metrics', { origins }, 'metrics', /missing/],
  ['an empty list of metrics', { metrics: [], origins }, 'metrics', /at least one/],
  [
    'too many metrics',
    { metrics: Array.from({ length: 51 }, (_, i) => `m${i}`), origins },
    'metrics',
    /at most 50/,
  ],
  ['the same metric twice', { metrics: ['a', 'a'], origins }, 'metrics', /twice/],
  ['a metric that is no name', { metrics: ['a', 'b\n'], origins }, 'metrics.1', /metric name/],
  ['no origins', { metrics }, 'origins', /missing/],
  ['an empty list of origins', { metrics, origins: [] }, 'origins', /at least one/],
  [
    'too many origins',
    { metrics, origins: Array.from({ length: 21 }, (_, i) => `https://s${i}.example`) },
    'origins',
    /at most 20/,
  ],
  ['any origin', { metrics, origins: ['*'] }, 'origins.0', /no wildcards/],
  ['a wildcard', { metrics, origins: ['https://*.shop.example'] }, 'origins.0', /no wildcards/],
  [
    'a path',
    { metrics, origins: ['https://shop.example/'] },
    'origins.0',
    /as browsers write it: https:\/\/shop\.example\.$/,
  ],
  ['upper case', { metrics, origins: ['https://Shop.example'] }, 'origins.0', /https:\/\/shop\.example/],
  [
    'a port that goes without saying',
    { metrics, origins: ['https://shop.example:443'] },
    'origins.0',
    /https:\/\/shop\.example\.$/,
  ],
  ['a name without a scheme', { metrics, origins: ['shop.example'] }, 'origins.0', /such as/],
  ['an opaque origin', { metrics, origins: ['null'] }, 'origins.0', /such as/],
  ['another scheme', { metrics, origins: ['ftp://shop.example'] }, 'origins.0', /such as/],
  [
    'a password',
    { metrics, origins: ['https://a:b@shop.example'] },
    'origins.0',
    /https:\/\/shop\.example\.$/,
  ],
  [
    'an endless origin',
    { metrics, origins: [`https://${'a'.repeat(300)}.example`] },
    'origins.0',
    /at most 255/,
  ],
  ['an origin that is no text', { metrics, origins: [7] }, 'origins.0', /at most 255/],
  ['a rate of nothing', { metrics, origins, rate: 0 }, 'rate', /from 1 to 60000/],
  ['half a request', { metrics, origins, rate: 1.5 }, 'rate', /whole number/],
  ['a rate above the greatest', { metrics, origins, rate: 60_001 }, 'rate', /60000/],
]
for (const [what, body, field, words] of wrong) {
  test(`${what} is refused with what to do`, () => {
    const read = readPublishTerms(body)
    assert.ok(!read.ok)
    assert.deepEqual(
      read.faults.map((fault) => fault.field),
      [field],
    )
    assert.match(read.faults[0].detail, words)
  })
}
