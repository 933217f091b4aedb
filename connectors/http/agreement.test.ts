import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileValidator } from '@streamgauge/adapters/http/validate.ts'
import { readPoints } from '@streamgauge/core/point.ts'
import { ingestBody } from '@streamgauge/core/schemas/ingest.ts'
import { createSeriesCache } from '@streamgauge/core/series-cache.ts'

const received = Date.parse('2026-06-15T12:00:00Z')
const matchesSchema = compileValidator({ schema: ingestBody, method: 'POST', url: '', httpPart: 'body' })

/** Faults that a JSON schema can't tell: kinds of characters, the calendar, the clock. */
const beyondSchema = new Set(['TIMESTAMP_TOO_OLD', 'TIMESTAMP_IN_FUTURE'])

const long = 'x'.repeat(300)
const many = Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`k${i}`, 'v']))
const junk = [null, true, 0, -1, 1.5, '', 'x', long, [], ['x'], {}, { a: 'b' }, { a: 1 }]
const choices: Record<string, readonly unknown[]> = {
  metric_name: ['cpu', 'mem.used', 'ключ', 'x'.repeat(200), 'x'.repeat(201), ...junk],
  value: [1, -2.5, 1e300, 5e-324, ...junk],
  timestamp: [
    received,
    received - 1e6 + 0.5,
    '2026-06-15T11:59:00Z',
    '2026-06-15T13:59:00.25+02:00',
    ...junk,
  ],
  tags: [
    { region: 'eu' },
    { region: '' },
    many,
    { [long]: 'x' },
    { a: long },
    JSON.parse('{"__proto__":"x"}'),
    ...junk,
  ],
  agent_id: ['web-1', 'a:b', '.a', 'a b', 'x'.repeat(128), 'x'.repeat(129), ...junk],
  dedupe_id: ['evt-1', 'x'.repeat(128), 'x'.repeat(129), ...junk],
  other: junk,
}

/** A generator with a seed, so that a failure can be seen again. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

test('the documented schema and the validator take and refuse the same points', () => {
  const random = randomFrom(7)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]
  let taken = 0
  for (let round = 0; round < 30_000; round++) {
    const point: Record<string, unknown> = {}
    // Mostly good values, else hardly any point would be valid in all its fields.
    for (const [field, values] of Object.entries(choices)) {
      const required = field === 'metric_name' || field === 'value'
      if (random() < (required ? 0.97 : 0.3)) point[field] = random() < 0.7 ? values[0] : pick(values)
    }
    if (random() < 0.8) delete point.other
    const text = JSON.stringify(point)
    const { errors } = readPoints([JSON.parse(text)], { tenant: 'a', received, cache: createSeriesCache(10) })
    const wrong = errors.filter(({ code }) => !beyondSchema.has(code))
    // A text of the right length that is no time is for the validator alone.
    const badText = typeof point.timestamp === 'string' && !String(point.timestamp).startsWith('2026-')
    if (badText) continue
    assert.equal(matchesSchema(JSON.parse(text)), wrong.length === 0, `${text} ${JSON.stringify(wrong)}`)
    if (errors.length === 0) taken++
  }
  assert.ok(taken > 5_000, `${taken} points were valid`)
})
