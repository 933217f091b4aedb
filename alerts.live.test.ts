import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readFollowers } from '@streamgauge/adapters/mariadb/followers.ts'
import { migrate } from '@streamgauge/adapters/mariadb/migrate.ts'
import { openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { createTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { createToken, newToken } from '@streamgauge/adapters/mariadb/tokens.ts'
import { createRandom } from '@streamgauge/core/random.ts'
import { alertGroup } from '@streamgauge/core/topics.ts'
import type { Transition } from '@streamgauge/core/transition.ts'
import { callApi, expectStatus } from '@streamgauge/local/api.ts'
import { freePort } from '@streamgauge/local/ports.ts'
import { startServices, testStack } from '@streamgauge/local/stack.ts'
import { type Got, receiver, until } from '@streamgauge/pipeline/notify/testing.ts'
import { immortal } from '@streamgauge/pipeline/rollup/testing.ts'
import { Webhook } from 'standardwebhooks'

const second = 1_000
const mainFile = join(import.meta.dirname, 'main.ts')
/** Of a machine that does much else. */
const patienceMs = 120 * second
const durationMs = 10 * second
/** When each begins to breach, ms after the first point of all, and for how long. */
const hosts = [0, 1, 2, 3].map((i) => ({
  agent: `web-${i}`,
  from: (3 + i / 2) * second,
  lasts: 11 * second,
}))
const everyMs = 250

test('cpu > 90 for 10 s goes through its states at the right times, and each message arrives, whatever is killed', async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
  t.diagnostic(`SEED=${seed}`)
  const random = createRandom(seed)
  await using cleanup = new AsyncDisposableStack()
  const at = cleanup.use(await receiver())
  const site = await openSite(cleanup)
  const { id: hook, secret } = await site.make('channels', { type: 'webhook', name: 'hook', url: at.url })
  const { id: mail } = await site.make('channels', {
    type: 'email',
    name: 'mail',
    to: ['on.call@example.com'],
  })
  const rule = { name: 'cpu high', metric_name: 'cpu', operator: '>', threshold: 90, duration: 10 }
  await site.make('alert-rules', { ...rule, channels: [hook, mail] })
  const pipelines = [await site.pipeline('a'), await site.pipeline('b')]
  await until('the rules are read', site.isReading, patienceMs)

  // While one of the first messages is under way, and whenever else.
  const fatal = random.between(1, hosts.length)
  at.answer = () => {
    if (at.got.length === fatal) for (const each of pipelines) each.kill()
    return { status: 204 }
  }
  const over = new AbortController()
  cleanup.defer(() => over.abort())
  const killing = kill(pipelines, random, over.signal)
  const expected = await feed(site)
  over.abort()
  const kills = await killing
  await until('everything is told', () => site.isTold(2 * 2 * hosts.length), patienceMs)

  const { items } = await site.get<{ items: Transition[] }>('alerts?limit=1000')
  const byHost = Map.groupBy(
    items.toSorted((a, b) => a.id - b.id),
    ({ series }) => series[1],
  )
  for (const { agent } of hosts)
    assert.deepEqual(
      byHost.get(agent)?.map(({ from, to, reason, at: when }) => [from, to, reason, when]),
      expected.get(agent),
      agent,
    )
  const hooks = new Map<string, string>()
  for (const one of at.got) {
    const { type, data } = verify(one, String(secret))
    const said = `${data.series[1]} ${type}`
    assert.equal(hooks.get(one.id) ?? said, said, 'an id is that of one message')
    hooks.set(one.id, said)
  }
  // In their order for each host, each under one id.
  for (const { agent } of hosts)
    assert.deepEqual(
      [...hooks.values()].filter((said) => said.startsWith(`${agent} `)),
      [`${agent} alert.firing`, `${agent} alert.resolved`],
    )
  const { items: arrived } = await site.mails()
  const mails = new Map(arrived.map(({ message_id, subject }) => [message_id, subject]))
  assert.deepEqual(
    [...mails.values()].toSorted(),
    hosts
      .flatMap(({ agent }) => ['FIRING', 'Resolved'].map((word) => `[${word}] cpu high: cpu of ${agent}`))
      .toSorted(),
  )
  t.diagnostic(
    `${kills} kills and two more; sent again under their ids: ${at.got.length - hooks.size} webhooks, ${arrived.length - mails.size} mails`,
  )
  assert.deepEqual(await Promise.all(pipelines.map((each) => each.end())), [0, 0])
})

interface Mail {
  readonly message_id: string
  readonly subject: string
}

/** An installation of processes, with the tenant `acme`. */
async function openSite(cleanup: AsyncDisposableStack) {
  const stack = cleanup.use(await testStack())
  const { env: smtp } = cleanup.use(await startServices({ only: ['smtp'] }))
  const folder = mkdtempSync(join(tmpdir(), 'streamgauge-alerts-'))
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }))
  const database = openDatabase({ url: stack.databaseUrl })
  cleanup.defer(() => database.close())
  await migrate(database)
  const tenant = await createTenant(database, { name: 'acme' }, Date.now())
  const token = newToken()
  const owner = { token, tenantId: tenant?.id ?? 0, label: '', expiresAt: null }
  await createToken(database, { ...owner, scopes: ['ingest', 'manage'] }, Date.now())
  const env = async (name: string) => ({
    ...process.env,
    ...stack.env,
    ...smtp,
    LOG_LEVEL: 'error',
    HTTP_PORT: String(await freePort()),
    WEBHOOK_ALLOW: '127.0.0.1/32',
    KAFKA_MEMBER_FOLDER: join(folder, name),
  })
  const door = await env('door')
  const url = `http://127.0.0.1:${door.HTTP_PORT}`
  const child = spawn(process.execPath, [mainFile, '--role=connectors,gateway'], {
    env: door,
    stdio: 'inherit',
  })
  cleanup.defer(() => ended(child))
  const ready = async () => (await fetch(`${url}/health/ready`).catch(() => undefined))?.ok === true
  await until('the door is open', ready, patienceMs)
  const base = `${url}/api/v1/tenants/acme`
  const get = async <T>(path: string) =>
    expectStatus(await callApi(`${base}/${path}`, { token }), 200) as unknown as T
  return {
    get,
    make: async (path: string, body: object) =>
      expectStatus(await callApi(`${base}/${path}`, { token, method: 'POST', body }), 201),
    post: (points: readonly object[]): Promise<void> =>
      until(
        'the points are taken',
        async () => {
          const reply = await callApi(`${url}/api/v1/metrics`, { token, method: 'POST', body: points })
          return reply.status !== 503 && expectStatus(reply, 202) !== undefined
        },
        patienceMs,
      ),
    pipeline: async (name: string) => cleanup.use(immortal(await env(name), () => undefined)),
    /** The consumers have been started once. */
    isReading: async () => (await readFollowers(database, alertGroup)).length > 0,
    /** So many messages have arrived, and none waits. */
    async isTold(count: number): Promise<boolean> {
      const { items } = await get<{ items: { status: string }[] }>('deliveries?limit=1000')
      return items.length >= count && items.every(({ status }) => status === 'delivered')
    },
    mails: async () => (await (await fetch(`${smtp.SMTP_PAGE}/messages`)).json()) as { items: Mail[] },
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  await new Promise((resolve) => child.once('exit', resolve))
}

/** Kills now one, now both, at any time; answers how often. Each decides, records and tells. */
async function kill(
  pipelines: readonly ReturnType<typeof immortal>[],
  random: ReturnType<typeof createRandom>,
  signal: AbortSignal,
): Promise<number> {
  for (let kills = 0; ; kills++) {
    await sleep(random.between(500, 4_000), undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return kills
    const both = random.chance(0.3)
    for (const each of both ? pipelines : [random.pick(pipelines)]) each.kill()
  }
}

/** Posts what the hosts measure as it happens; answers the transitions that follow from it. */
async function feed(site: { post(points: readonly object[]): Promise<void> }) {
  const breaches = hosts.map((host) => ({ ...host, first: 0, over: 0 }))
  const start = Date.now()
  while (!breaches.every(({ over }) => over > 0)) {
    const now = Date.now()
    const points = breaches.map((one) => {
      if (one.first === 0 && now >= start + one.from) one.first = now
      if (one.first > 0 && one.over === 0 && now >= one.first + one.lasts) one.over = now
      const value = one.first > 0 && one.over === 0 ? 95 : 50
      return { metric_name: 'cpu', agent_id: one.agent, value, timestamp: now }
    })
    await site.post(points)
    await sleep(everyMs)
  }
  return new Map(
    breaches.map(({ agent, first, over }) => [
      agent,
      [
        ['OK', 'PENDING', 'threshold', first],
        ['PENDING', 'FIRING', 'threshold', first + durationMs],
        ['FIRING', 'OK', 'threshold', over],
      ],
    ]),
  )
}

/** Throws where the receiver's library would. */
function verify({ body, headers }: Got, secret: string) {
  return new Webhook(secret).verify(body, headers as Record<string, string>) as {
    type: string
    data: { series: [string, string, object] }
  }
}
