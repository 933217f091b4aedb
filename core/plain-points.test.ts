import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scanJson } from './json-scan.ts'
import { readPlainPoints } from './plain-points.ts'
import { readPoints } from './point.ts'
import { createSeriesCache } from './series-cache.ts'

const received = Date.parse('2026-06-15T12:00:00Z')
const cache = createSeriesCache(1_000)

function plain(body: string) {
  const bytes = Buffer.from(body)
  const textOf = (from: number, to: number) => bytes.toString('latin1', from, to)
  return readPlainPoints(bytes, textOf, { tenant: 'acme', received, cache })
}

/** What the general way makes of a body; undefined when it refuses it. */
function general(body: string) {
  try {
    const parsed: unknown = JSON.parse(body)
    const items = Array.isArray(parsed) ? parsed : [parsed]
    const reading = readPoints(items, { tenant: 'acme', received, cache: createSeriesCache(1_000) })
    const isRefused =
      items.length === 0 || reading.rejected > 0 || scanJson(body, { depth: 3, brackets: 10_000 })
    return isRefused ? undefined : reading.batch
  } catch {
    return undefined
  }
}

test('everyday bodies are read as the general way reads them', () => {
  const at = received - 1_000
  const bodies = [
    '{"metric_name":"cpu","value":1}',
    '[{"metric_name":"cpu","value":1}]',
    ' \r\n\t[ { "metric_name" : "cpu" , "value" : -1.5e-3 } , {"value":0,"metric_name":"cpu"} ] \n',
    `[{"metric_name":"cpu","value":12.25,"timestamp":${at},"agent_id":"web-1","tags":{"b":"2","a":"1"}}]`,
    `[{"tags":{},"metric_name":"cpu","value":1,"timestamp":${at}.75}]`,
    '[{"metric_name":"cpu","value":1,"timestamp":"2026-06-15T11:59:59.5+00:00","dedupe_id":"e:1"},{"metric_name":"cpu","value":2}]',
    '[{"metric_name":"ключ","value":1,"tags":{"a":"€ 🎈"}}]',
    '[{"metric_name":"a","value":1,"tags":{"x":"1","y":"2"}},{"metric_name":"a","value":1,"tags":{"y":"2","x":"1"}}]',
  ]
  for (const body of bodies) {
    for (const round of ['first', 'again']) {
      const reading = plain(body)
      assert.ok(reading, `${body} ${round}`)
      assert.deepEqual(reading.batch, general(body), `${body} ${round}`)
    }
  }
})

test('numbers are the very doubles that JSON.parse makes of them', () => {
  const random = randomFrom(3)
  const texts = [
    '0',
    '-0',
    '0.1',
    '1e5',
    '1E+2',
    '5e-324',
    '1.7976931348623157e308',
    '123456789012345',
    '0.000001',
    '-12.5',
  ]
  for (let i = 0; i < 20_000; i++) {
    const digits = 1 + Math.floor(random() * 19)
    const whole = String(Math.floor(random() * 10 ** Math.min(digits, 15)))
    const decimals = Array.from({ length: Math.floor(random() * 18) }, () => Math.floor(random() * 10)).join(
      '',
    )
    texts.push(
      `${random() < 0.5 ? '-' : ''}${whole}${decimals && `.${decimals}`}`,
      String((random() - 0.5) * 10 ** (40 * random() - 20)),
    )
  }
  for (const text of texts) {
    const value = plain(`{"metric_name":"cpu","value":${text}}`)?.batch.x[0]
    if (!Object.is(value, JSON.parse(text))) assert.fail(`${text} became ${value}`)
  }
})

test('what is unusual is left to the general way', () => {
  const bodies = [
    '',
    '[]',
    '5',
    '[{}]',
    '{"metric_name":"cpu"}',
    '{"metric_name":"cpu","value":1}}',
    '[{"metric_name":"cpu","value":1},]',
    '[{"metric_name":"cpu","value":1}',
    '[{"metric_name":"cpu","value":1}] x',
    '{"metric_name":"cpu","value":1,}',
    '{"metric_name":"cpu","value":01}',
    '{"metric_name":"cpu","value":1.}',
    '{"metric_name":"cpu","value":.5}',
    '{"metric_name":"cpu","value":+1}',
    '{"metric_name":"cpu","value":-}',
    '{"metric_name":"cpu","value":1e}',
    '{"metric_name":"cpu","value":1e400}',
    '{"metric_name":"cpu","value":NaN}',
    '{"metric_name":"cpu","value":"1"}',
    '{"metric_name":"cpu","value":1,"value":2}',
    '{"metric_name":"cpu","value":1,"tags":{"a":"1","a":"1"}}',
    '{"metric_name":"cpu","value":1,"tags":{"__proto__":"1"}}',
    '{"metric_name":"cpu","value":1,"tags":{"a":{}}}',
    '{"metric_name":"cpu","value":1,"more":1}',
    '{"metric_name":"c\\u0070u","value":1}',
    '{"metric_name":"a\u0007b","value":1}',
    '{"metric_name":"a\u007fb","value":1}',
    '{"metric_name":"a\u0080b","value":1}',
    '{"metric_name":"","value":1}',
    '{"metric_name":"cpu","value":1,"agent_id":"-"}',
    '{"metric_name":"cpu","value":1,"dedupe_id":""}',
    '{"metric_name":"cpu","value":1,"dedupe_id":"é"}',
    `{"metric_name":"cpu","value":1,"dedupe_id":"${'d'.repeat(129)}"}`,
    '{"metric_name":"cpu","value":1,"timestamp":0}',
    '{"metric_name":"cpu","value":1,"timestamp":null}',
    '{"metric_name":"cpu","value":1,"timestamp":"now"}',
    `{"metric_name":"${'m'.repeat(5_000)}","value":1}`,
  ]
  for (const body of bodies) assert.equal(plain(body), undefined, body)
  const tooMany = `[${'{"metric_name":"cpu","value":1},'.repeat(10_000)}{"metric_name":"cpu","value":1}]`
  assert.equal(plain(tooMany), undefined)
})

test('no damaged body is read in another way than the general one reads it', () => {
  const random = randomFrom(11)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]
  const sound = [
    `[{"metric_name":"cpu","agent_id":"w1","value":12.5,"timestamp":${received - 5},"tags":{"a":"b","c":"d"}}]`,
    '{"metric_name":"a:b","value":-3e2,"dedupe_id":"x","timestamp":"2026-06-15T11:59:59Z"}',
    '[{"metric_name":"m","value":0.1},{"metric_name":"m","value":2,"tags":{"k":"v"}}]',
  ]
  const pieces = [
    '"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '\\',
    ' ',
    '\n',
    '0',
    '1',
    '.',
    'e',
    '-',
    'a',
    '"a":"b"',
    ',"value":1',
    '"tags":{}',
    'é',
    '',
  ]
  let read = 0
  for (let round = 0; round < 60_000; round++) {
    let body = pick(sound)
    for (let cuts = 1 + Math.floor(random() * 2); cuts > 0; cuts--) {
      const at = Math.floor(random() * body.length)
      body = body.slice(0, at) + pick(pieces) + body.slice(at + Math.floor(random() * 3))
    }
    const reading = plain(body)
    if (!reading) continue
    read++
    assert.deepEqual(reading.batch, general(body), body)
  }
  assert.ok(read > 2_000, `${read} were read`)
})

/** A generator with a seed, so that a failure can be seen again. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
