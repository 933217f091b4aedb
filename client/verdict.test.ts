import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge } from './verdict.ts'

test('every answer means one of three things for its points', () => {
  const faulty = { index: 1, field: 'value', code: 'VALUE_INVALID', detail: '' }
  const table: [status: number, body: unknown, kind: string][] = [
    [202, { accepted: 2 }, 'taken'],
    [202, { accepted: 1, rejected: 1, errors: [faulty] }, 'taken'],
    [422, { code: 'VALIDATION_FAILED', rejected: 2, errors: [faulty] }, 'taken'],
    // Whoever answers this is not Streamgauge: nothing was stored.
    [202, 'thanks', 'again'],
    [200, '<html>', 'again'],
    [429, { code: 'QUOTA_EXCEEDED' }, 'again'],
    [503, { code: 'LOG_UNCERTAIN' }, 'again'],
    [500, '', 'again'],
    [502, '<html>', 'again'],
    [401, { code: 'UNAUTHENTICATED' }, 'rejected'],
    [403, { code: 'FORBIDDEN' }, 'rejected'],
    [404, '<html>', 'rejected'],
    [413, { code: 'BODY_TOO_LARGE' }, 'rejected'],
    [422, { code: 'IDEMPOTENCY_KEY_INVALID' }, 'rejected'],
  ]
  for (const [status, body, kind] of table) {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    assert.equal(judge(status, text, null, 0).kind, kind, `${status} ${text}`)
  }
})

test('faulty points are counted and named, the others are accepted', () => {
  const errors = [{ index: 0, field: 'tags', code: 'TAGS_INVALID', detail: 'x' }]
  const some = judge(202, JSON.stringify({ accepted: 3, rejected: 1, errors }), null, 0)
  assert.deepEqual(some, { kind: 'taken', accepted: 3, rejected: 1, errors })
  const all = judge(422, JSON.stringify({ code: 'VALIDATION_FAILED', rejected: 120, errors }), null, 0)
  assert.deepEqual(all, { kind: 'taken', accepted: 0, rejected: 120, errors })
})

test('a passing failure says when to come back and why', () => {
  const body = JSON.stringify({ code: 'OVERLOADED', detail: 'Too much.' })
  assert.deepEqual(judge(503, body, '4', 0), {
    kind: 'again',
    retryAfterMs: 4_000,
    status: 503,
    code: 'OVERLOADED',
    detail: 'Too much.',
  })
})
