import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readConfig } from '@streamgauge/adapters/config.ts'
import { errors } from '@streamgauge/core/errors.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { metricNames, roleSources } from './metric-names.ts'
import { pages, variables } from './tables.ts'

for (const { path, current, wanted } of pages()) {
  const name = path.pathname.split('/').at(-1)
  test(`the table of ${name} is that of the code (npm run docs writes it anew)`, () => {
    assert.equal(current, wanted)
  })
}

test('every variable of the environment that the roles read is documented, and no other', () => {
  const asked = new Set<string>()
  const env = new Proxy<Record<string, string | undefined>>(
    {},
    {
      get(_, name) {
        asked.add(String(name))
        if (name === 'MQTT_URL') return 'mqtt://user:password@host'
        return ['KAFKA_BROKERS', 'DATABASE_URL', 'REDIS_URL'].includes(String(name)) ? 'given' : undefined
      },
    },
  )
  readConfig(env)
  assert.deepEqual(Object.keys(variables).sort(), [...asked].sort())
})

test('the documented defaults of variables are those in force', () => {
  const given = { KAFKA_BROKERS: 'b', DATABASE_URL: 'd', REDIS_URL: 'r' }
  for (const [name, [fallback]] of Object.entries(variables)) {
    const value = /^-?[\d,.]+/.exec(fallback)?.[0].replaceAll(',', '')
    if (value === undefined) continue
    assert.deepEqual(readConfig({ ...given, [name]: value }), readConfig(given), name)
  }
})

test('the codes that limits.md names exist and have the status it says', () => {
  const page = readFileSync(new URL('limits.md', import.meta.url), 'utf8')
  const named = [...page.matchAll(/(\d{3}) `([A-Z_]+)`/g)]
  assert.ok(named.length >= Object.keys(limits).length / 3)
  for (const [, status, code] of named) {
    assert.equal(errors[code as keyof typeof errors]?.status, Number(status), code)
  }
})

test('metrics.md names every metric that the roles have', () => {
  const named = new Set(metricNames().map(({ name }) => name))
  const written = roleSources().flatMap(({ text }) => [...text.matchAll(/'(streamgauge_[a-z0-9_]+)'/g)])
  const left = written.map(([, name]) => name).filter((name) => name.includes('_', 12) && !named.has(name))
  assert.deepEqual(left, [])
  // Put together from parts it would be found neither here nor by who looks for its name.
  for (const { path, text } of roleSources()) assert.doesNotMatch(text, /streamgauge_\$\{/, path)
  assert.ok(named.size > 40)
})

test('every line of a log that metrics.md explains is written by somebody', () => {
  const page = readFileSync(new URL('metrics.md', import.meta.url), 'utf8')
  const lines = [...page.split('## Logs')[1].matchAll(/^\| `([^`]+)` \|/gm)].map(([, line]) => line)
  assert.ok(lines.length > 20)
  const sources = roleSources()
  assert.deepEqual(
    lines.filter((line) => !sources.some(({ text }) => text.includes(line))),
    [],
  )
})
