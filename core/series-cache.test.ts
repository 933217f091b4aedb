import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeriesCache, tagsFault } from './series-cache.ts'

const nameOf = (text: string, hash: number) => {
  const bytes = new TextEncoder().encode(text)
  return { bytes, length: bytes.length, hash }
}

test('names as bytes that clash are told apart, and the newest have their places', () => {
  const cache = createSeriesCache(100)
  const names = ['a', 'ab', 'abc', 'b'].map((text) => nameOf(text, 7))
  const series = names.map((_, i) => {
    const known = cache.find(`m${i}`, undefined, undefined)
    assert.ok(known)
    return known
  })
  for (const [i, name] of names.entries()) {
    assert.equal(cache.findBytes(name), undefined)
    cache.keepBytes(name, series[i])
  }
  for (const [i, name] of names.entries()) assert.equal(cache.findBytes(name), series[i])
  cache.keepBytes(nameOf('abcd', 7), series[0])
  assert.equal(cache.findBytes(nameOf('abcd', 7)), series[0])
  assert.equal(cache.findBytes(nameOf('a', 8)), undefined)
})

test('what is wrong with tags is said in words', () => {
  assert.equal(tagsFault({ a: 'b' }), undefined)
  assert.match(tagsFault({ a: 5 }) ?? '', /the value of "a" must be a string/)
})
