import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clampLimit, pageOf, readCursor } from './page.ts'

test('pages follow one another without a gap, and the last has no cursor', () => {
  const all = Array.from({ length: 7 }, (_, i) => i + 1)
  const seen: number[] = []
  let cursor: string | undefined
  do {
    const after = Number(readCursor(cursor, /^\d+$/) ?? 0)
    const page = pageOf(all.filter((n) => n > after).slice(0, 3 + 1), 3, String)
    seen.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor)
  assert.deepEqual(seen, all)
  assert.equal(pageOf([1, 2, 3], 3, String).next, null)
  assert.equal(pageOf([], 3, String).next, null)
})

test('a cursor of another list is refused', () => {
  const { next } = pageOf(['web-1', 'web-2'], 1, String)
  assert.throws(() => readCursor(next ?? '', /^\d+$/), { code: 'QUERY_INVALID' })
})

test('a page holds 100 items unless told, and 1,000 at most', () => {
  assert.deepEqual([undefined, 5, 1_000, 5_000].map(clampLimit), [100, 5, 1_000, 1_000])
})
