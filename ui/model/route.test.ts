import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hrefOf, parseRoute, signInCode } from './route.ts'

test('an address and its route name each other', () => {
  for (const href of [
    '/',
    '/t/demo',
    '/t/demo?window=1m&agent=web-1&metric=cpu.percent',
    '/t/demo?window=24h&metric=cpu.percent',
    '/t/demo?from=1790000000000&to=1790000600000',
    '/agents?tenant=demo',
    '/agents?tenant=demo&q=web-&sort=-seen&status=late,offline',
    '/alerts?tenant=demo&agent=web-1&metric=cpu.percent&state=no_data&rule=7',
    '/rules',
    '/settings?tenant=demo',
    '/sign-in',
  ]) {
    const url = new URL(href, 'http://x')
    assert.equal(hrefOf(parseRoute(url.pathname, url.search)), href)
  }
})

test('an unknown window falls back to five minutes, also one that every object has', () => {
  assert.equal(parseRoute('/t/demo', '?window=toString').window, '5m')
  assert.equal(parseRoute('/t/demo', '?window=9y').window, '5m')
})

test('statuses that do not exist are left out of the filter', () => {
  assert.deepEqual(parseRoute('/agents', '?status=offline,asleep').statuses, ['offline'])
  assert.equal(parseRoute('/agents', '?status=asleep').statuses, undefined)
})

test('states and rules that do not exist are left out of the filter', () => {
  const { state, rule } = parseRoute('/alerts', '?state=on-fire&rule=x')
  assert.deepEqual([state, rule], [undefined, undefined])
})

test('times that are no range are left aside', () => {
  for (const search of ['?from=5&to=5', '?from=9&to=5', '?from=5', '?from=x&to=7', '?from=&to=']) {
    assert.equal(parseRoute('/t/demo', search).range, undefined, search)
  }
})

test('other addresses are missing, and a slash at the end does not matter', () => {
  assert.equal(parseRoute('/nowhere', '').page, 'missing')
  assert.equal(parseRoute('/t/demo/', '').page, 'tenant')
})

test('the code is read from the fragment of a sign-in link', () => {
  assert.equal(signInCode('#code=ab_c-1'), 'ab_c-1')
  assert.equal(signInCode(''), undefined)
})
