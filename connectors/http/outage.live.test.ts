import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { revokeToken } from '@streamgauge/adapters/mariadb/tokens.ts'
import { type Services, startServices } from '@streamgauge/local/stack.ts'
import {
  type Answer,
  type LiveIngest,
  type LiveTenant,
  post,
  recordsOf,
  startIngest,
} from './live-fixture.ts'

const point = { metric_name: 'cpu', value: 1 }
let services: Services
let ingest: LiveIngest
let acme: LiveTenant

before(async () => {
  services = await startServices()
  ingest = await startIngest(services.env)
  acme = await ingest.tenant()
  await acme.post(point)
})
after(async () => {
  await ingest?.[Symbol.asyncDispose]()
  await services?.[Symbol.asyncDispose]()
})

async function timed(work: () => Promise<Answer>): Promise<Answer & { ms: number }> {
  const start = performance.now()
  return { ...(await work()), ms: performance.now() - start }
}

/** Asks until `holds`, or fails after `ms`. */
async function until(holds: () => Promise<boolean>, ms: number, what: string): Promise<void> {
  const end = performance.now() + ms
  while (!(await holds())) {
    if (performance.now() > end) assert.fail(what)
    await sleep(20)
  }
}

async function readiness(): Promise<{
  code: number
  status: string
  checks: Record<string, { status: string }>
}> {
  const response = await fetch(`${ingest.url}/health/ready`)
  return { code: response.status, ...((await response.json()) as { status: string; checks: never }) }
}

test('a revoked token is refused within 2 s, however often it is used', async () => {
  const { id, token } = await ingest.token(acme.id, ['ingest'])
  const send = () => post(`${ingest.url}/api/v1/metrics`, token, point)
  assert.equal((await send()).status, 202)
  await revokeToken(ingest.database, id, Date.now())
  await until(async () => (await send()).status === 401, 2_000, 'still accepted after 2 s')
})

test('while MariaDB hangs, known tokens go on without waiting and unknown ones get 503', async () => {
  const mariadb = services.control.mariadb
  mariadb.signal('SIGSTOP')
  try {
    // Past the time in which a verdict is fresh, so that it has to be asked for.
    await sleep(1_600)
    const first = await timed(() => acme.post(point))
    assert.equal(first.status, 202)
    assert.ok(first.ms < 1_000, `${first.ms} ms`)
    for (let i = 0; i < 20; i++) {
      const answer = await timed(() => acme.post({ ...point, metric_name: `new.${i}` }))
      assert.equal(answer.status, 202)
      // A new series is looked up once, too; from then on nobody waits.
      if (i > 0) assert.ok(answer.ms < 500, `${answer.ms} ms`)
    }
    const unknown = await post(`${ingest.url}/api/v1/metrics`, `sg_${'B'.repeat(43)}`, point)
    assert.deepEqual([unknown.status, unknown.body.code], [503, 'AUTH_UNAVAILABLE'])
    assert.ok(unknown.headers.get('retry-after'))
    const ready = await readiness()
    assert.deepEqual([ready.code, ready.status, ready.checks.mariadb.status], [200, 'degraded', 'failed'])
  } finally {
    mariadb.signal('SIGCONT')
  }
  const { id, token } = await ingest.token(acme.id, ['ingest'])
  const send = () => post(`${ingest.url}/api/v1/metrics`, token, point)
  await until(async () => (await send()).status === 202, 5_000, 'a new token is not known after the outage')
  await revokeToken(ingest.database, id, Date.now())
  await until(async () => (await send()).status === 401, 2_000, 'a revocation after the outage does not work')
})

test('while MariaDB is down, known tokens go on', async () => {
  services.control.mariadb.signal('SIGKILL')
  for (let i = 0; i < 50; i++) assert.equal((await acme.post(point)).status, 202)
  await until(async () => (await readiness()).status === 'ok', 15_000, 'MariaDB is not back')
  // Tokens are checked again a moment after the first ping answers.
  const { post: send } = await ingest.tenant()
  await until(async () => (await send(point)).status === 202, 5_000, 'a new token is not known afterwards')
})

test('while Redis hangs or is gone, points are accepted and quotas still hold', async () => {
  const redis = services.control.redis
  const small = await ingest.tenant({ quotaPointsPerSecond: 5 })
  assert.equal((await small.post(point)).status, 202)
  redis.signal('SIGSTOP')
  try {
    const first = await timed(() => acme.post(point))
    assert.deepEqual([first.status, first.ms < 500], [202, true], `${first.ms} ms`)
    for (let i = 0; i < 20; i++) {
      const next = await timed(() => acme.post(point))
      assert.deepEqual([next.status, next.ms < 200], [202, true], `${next.ms} ms`)
    }
    assert.equal((await small.post(Array.from({ length: 50 }, () => point))).status, 202)
    assert.equal((await small.post(Array.from({ length: 50 }, () => point))).body.code, 'QUOTA_EXCEEDED')
    await until(async () => (await readiness()).status === 'degraded', 3_000, 'Redis is not missed')
  } finally {
    redis.signal('SIGCONT')
  }
  redis.signal('SIGKILL')
  for (let i = 0; i < 20; i++) assert.equal((await acme.post(point)).status, 202)
  await until(async () => (await readiness()).status === 'ok', 10_000, 'Redis is not back')
})

test('while Kafka hangs, every answer is 503 with Retry-After in time, and every 202 is in the log', async () => {
  const kafka = services.control.kafka
  const tenant = await ingest.tenant()
  const accepted: number[] = []
  const send = async (value: number): Promise<Answer & { ms: number }> => {
    const answer = await timed(() => tenant.post({ ...point, value, dedupe_id: `p${value}` }))
    if (answer.status === 202) accepted.push(value)
    return answer
  }
  assert.equal((await send(0)).status, 202)
  kafka.signal('SIGSTOP')
  try {
    const answers = await Promise.all(Array.from({ length: 5 }, (_, i) => send(100 + i)))
    for (const { status, body, headers, ms } of answers) {
      assert.equal(status, 503)
      assert.ok(body.code === 'LOG_UNCERTAIN' || body.code === 'LOG_UNAVAILABLE', body.code)
      assert.ok(Number(headers.get('retry-after')) >= 1)
      assert.ok(ms < 6_500, `${ms} ms`)
    }
    const ready = await readiness()
    assert.deepEqual([ready.code, ready.status, ready.checks.log.status], [503, 'unavailable', 'failed'])
  } finally {
    kafka.signal('SIGCONT')
  }
  await until(async () => (await send(1)).status === 202, 20_000, 'Kafka does not take points again')
  const kept = (await recordsOf(ingest.log, tenant.name)).flatMap(({ x }) => x)
  assert.deepEqual(
    accepted.filter((value) => !kept.includes(value)),
    [],
  )
})
