import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countColonBytes, countOpenBytes, scanJson } from './json-scan.ts'

test('a key named twice in one object is found wherever it stands', () => {
  const table: [text: string, at: number | undefined][] = [
    ['{"a":1,"a":2}', 7],
    ['[{"a":1},{"a":2}]', undefined],
    ['[{"a":{"b":1,"b":2}}]', 13],
    ['{"a":{"a":{}},"b":1}', undefined],
    ['{"a":1,"\\u0061":2}', 7],
    ['{"a\\"":1,"a":2}', undefined],
    ['{"a":"a","b":"a"}', undefined],
    ['{"a":["a","a"]}', undefined],
    ['{"a":[1,2],"b":3,"a":4}', 17],
    ['{ "x" : "}{", "x" : 1 }', 14],
    ['{"":1,"":2}', 6],
    ['{"__proto__":1,"__proto__":2}', 15],
    ['"a"', undefined],
    ['{"a":1,"a', undefined],
    ['}}}]]]"', undefined],
    ['', undefined],
  ]
  for (const [text, at] of table) {
    const fault = scanJson(text, { depth: 5, brackets: 10 })
    assert.equal(fault?.at, at, text)
    if (fault) assert.equal(fault.code, 'JSON_DUPLICATE_KEY')
  }
})

const flat = { depth: 3, brackets: 10 }

test('nesting up to the limit passes, one level more does not', () => {
  assert.equal(scanJson('[{"tags":{"a":"b"}}]', flat), undefined)
  assert.equal(scanJson('[{"tags":{"a":[]}}]', flat)?.code, 'JSON_TOO_DEEP')
  assert.equal(scanJson('['.repeat(1_000_000), flat)?.at, 3)
  assert.equal(scanJson('"[[[[[["', flat), undefined)
})

test('masses of objects are found before they are built', () => {
  assert.equal(scanJson(`[${'{},'.repeat(9)}0]`, flat), undefined)
  assert.equal(scanJson(`[${'{},'.repeat(10)}0]`, flat)?.code, 'TOO_MANY_POINTS')
})

test('bytes are counted wherever they lie in memory', () => {
  const text = 'a:b::c:::[{]}[:{'.repeat(1_000)
  const whole = new TextEncoder().encode(`xxx${text}`)
  for (let from = 0; from < 8; from++) {
    for (let to = whole.length - 8; to <= whole.length; to++) {
      const part = whole.subarray(from, to)
      assert.equal(countColonBytes(part), part.filter((byte) => byte === 58).length)
    }
  }
  assert.equal(countOpenBytes(whole), 4_000)
  assert.equal(countColonBytes(new Uint8Array(5_000).fill(58)), 5_000)
  assert.equal(countColonBytes(new Uint8Array(5_000).fill(0xba)), 0)
  assert.equal(countColonBytes(new Uint8Array(0)), 0)
})
