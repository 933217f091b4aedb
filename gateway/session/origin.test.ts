import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromOwnPage } from './origin.ts'

const table: [headers: Record<string, string>, own: boolean][] = [
  [{ origin: 'https://gauge.example', host: 'internal:8080' }, true],
  [{ origin: 'http://127.0.0.1:8080', host: '127.0.0.1:8080' }, true],
  [{ origin: 'http://localhost:8080', host: 'localhost:8080' }, true],
  [{ origin: 'http://127.0.0.1:9090', host: '127.0.0.1:8080' }, false],
  [{ origin: 'https://evil.example', host: 'gauge.example' }, false],
  [{ origin: 'https://gauge.example.evil.example', host: 'internal' }, false],
  [{ origin: 'null', host: 'gauge.example' }, false],
  [{ host: 'gauge.example' }, false],
  [{ host: 'gauge.example', 'sec-fetch-site': 'same-origin' }, true],
  [{ host: 'gauge.example', 'sec-fetch-site': 'cross-site' }, false],
]

for (const [headers, own] of table) {
  test(`${JSON.stringify(headers)} is ${own ? '' : 'not '}from a page of https://gauge.example`, () =>
    assert.equal(fromOwnPage(headers, 'https://gauge.example'), own))
}
