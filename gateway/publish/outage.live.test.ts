import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { revokeToken } from '@streamgauge/adapters/mariadb/tokens.ts'
import { poll } from '@streamgauge/bench/poll.ts'
import { openSse } from '@streamgauge/bench/sse.ts'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'
import { type Services, startServices } from '@streamgauge/local/stack.ts'

const origin = 'https://shop.example'
let services: Services
let whole: Whole

before(async () => {
  services = await startServices({ only: ['redis'] })
  whole = await startWhole(services.env)
  await whole.tenant('acme')
})
after(async () => {
  services.control.redis.signal('SIGCONT')
  await whole[Symbol.asyncDispose]()
  await services[Symbol.asyncDispose]()
})

test('while Redis hangs, a token in pages goes on, is counted by each process alone, and can be revoked', async () => {
  const terms = { metrics: ['cpu'], origins: [origin], rate: 30 }
  const { id, token } = await whole.publishToken('acme', terms)
  const headers = { authorization: `Bearer ${token}`, origin }
  const ask = async () => (await fetch(`${whole.url}/api/v1/tenants/acme/series`, { headers })).status
  services.control.redis.signal('SIGSTOP')
  using sse = await openSse(`${whole.url}/api/v1/stream/acme`, headers)
  await sse.find((block) => block.id !== undefined)
  assert.equal(await ask(), 200)
  await poll(async () => (await ask()) === 429, 30_000)

  await revokeToken(whole.database, id, Date.now())
  await sse.ended
  assert.equal(await ask(), 401)
})
