import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readConfig } from '@streamgauge/adapters/config.ts'
import { errors } from '@streamgauge/core/errors.ts'
import { limits } from '@streamgauge/core/limits.ts'
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
