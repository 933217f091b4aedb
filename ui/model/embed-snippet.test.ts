import assert from 'node:assert/strict'
import { test } from 'node:test'
import { embedPolicy, embedSnippet } from './embed-snippet.ts'

const src = 'https://gauge.example'
const shop = { src, tenant: 'acme', token: 'sgp_1', metric: 'cpu.usage' }

test('a snippet is the module and the element', () => {
  assert.equal(
    embedSnippet({ ...shop, kind: 'sg-chart' }),
    [
      '<script type="module" src="https://gauge.example/embed/v1/streamgauge.js"></script>',
      '<sg-chart',
      '  src="https://gauge.example"',
      '  tenant="acme"',
      '  token="sgp_1"',
      '  metric="cpu.usage"',
      '></sg-chart>',
    ].join('\n'),
  )
})

test('what is about all metrics of a token names none', () => {
  for (const kind of ['sg-status', 'sg-alerts'] as const)
    assert.doesNotMatch(embedSnippet({ ...shop, kind }), /metric/)
})

test('a metric of any name stays inside its attribute', () => {
  const text = embedSnippet({ ...shop, kind: 'sg-stat', metric: '"><b>&amp;' })
  assert.match(text, /metric="&quot;>&lt;b>&amp;amp;"/)
})

test('the policy names the gateway, for the module and for what it reads', () => {
  assert.equal(embedPolicy(src), 'script-src https://gauge.example; connect-src https://gauge.example')
})
