import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Agent, type AgentOptions, startAgent } from './agent.ts'
import { topicsOf } from './send/messages.ts'
import { type Broker, type Listener, listen, startBroker, until } from './testing.ts'

const login = { username: 'acme.web-1', password: 'secret' }
const grant = { ...login, topics: ['metrics/acme/web-1/#', 'agents/acme/web-1/#'] }
const main = join(import.meta.dirname, 'main.ts')

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-agent-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** An agent in this process that looks ten times a second; its only point counts its looks. */
function agent(t: TestContext, broker: Broker, more: Partial<AgentOptions> = {}) {
  const reports: string[] = []
  const looks: number[] = []
  const topics = topicsOf(login.username)
  assert.ok(topics)
  const running: Agent = startAgent({
    url: broker.url,
    ...login,
    topics,
    intervalMs: 100,
    spool: { folder: folder(t), bytes: 16 * 1024 * 1024 },
    version: '1',
    inventory: { kind: 'test' },
    look: (now) => [{ metric_name: 'n', value: looks.push(now) - 1, timestamp: now }],
    report: (text) => reports.push(text),
    ...more,
  })
  t.after(() => running.stop())
  return { running, reports, looks }
}

/** The agent as a process. */
function start(broker: Broker, spool: string, env: Record<string, string> = {}, ...args: string[]) {
  const child: ChildProcess = spawn(process.execPath, [main, ...args], {
    env: {
      ...process.env,
      AGENT_URL: broker.url,
      AGENT_USERNAME: login.username,
      AGENT_PASSWORD: login.password,
      AGENT_SPOOL: spool,
      AGENT_INTERVAL_MS: '100',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(String(chunk)))
  return { child, output, ended: once(child, 'exit') }
}

const range = (length: number) => Array.from({ length }, (_, n) => n)

/** So many messages of an epoch, and none missing up to the last one that arrived. */
async function whole(listener: Listener, epoch: number, atLeast: number): Promise<void> {
  await until(`${atLeast} messages without a hole`, () => {
    const seqs = listener.seqs(epoch)
    assert.deepEqual(seqs, range(seqs.length))
    return seqs.length >= atLeast
  })
}

/** Every look has arrived as a point of its own time. */
function assertAllLooks(listener: Listener, looks: readonly number[]): void {
  const arrived = new Map(
    listener.batches.flatMap(({ payload }) => payload.points.map((point) => [point.value, point.timestamp])),
  )
  assert.deepEqual(
    [...arrived].sort(([a], [b]) => a - b),
    looks.slice(0, arrived.size).map((at, n) => [n, at]),
  )
}

test('a birth, then what is measured; killed it is lost, stopped it says so, and its epochs grow', async (t) => {
  await using broker = await startBroker([grant])
  await using listener = await listen(broker)
  const spool = folder(t)
  const last = () => listener.statuses.at(-1)?.payload

  const first = start(broker, spool)
  t.after(() => first.child.kill('SIGKILL'))
  await until('a second of points', () => listener.batches.length >= 10)
  const birth = last()
  assert.equal(birth?.status, 'online')
  assert.equal(listener.statuses[0].topic, 'agents/acme/web-1/status')
  const names = new Set(listener.batches.flatMap(({ payload }) => payload.points.map((p) => p.metric_name)))
  for (const name of ['cpu.usage', 'cpu.core.usage', 'memory.used', 'disk.usage', 'load.1m'])
    assert.ok(names.has(name))
  first.child.kill('SIGKILL')
  await until('lost', () => last()?.reason === 'lost')
  assert.equal(last()?.epoch, birth?.epoch)

  const second = start(broker, spool)
  t.after(() => second.child.kill('SIGKILL'))
  await until('the second birth', () => last()?.status === 'online')
  const epoch = last()?.epoch ?? 0
  assert.ok(epoch > (birth?.epoch ?? Infinity))
  await until('more points', () => listener.seqs(epoch).length >= 10)
  second.child.kill('SIGTERM')
  assert.deepEqual(await second.ended, [0, null])
  await until('stopped', () => last()?.reason === 'stopped')
  await whole(listener, birth?.epoch ?? 0, 10)
  await whole(listener, epoch, 10)
  assert.deepEqual([...first.output, ...second.output], [])
})

test('what waits in the spool of a killed agent arrives after its next start, with its own times', async (t) => {
  await using broker = await startBroker([grant])
  await using listener = await listen(broker)
  const spool = folder(t)
  const first = start(broker, spool)
  t.after(() => first.child.kill('SIGKILL'))
  await until('points', () => listener.batches.length >= 5)
  const { epoch } = listener.batches[0].payload
  await broker.stop('SIGTERM')
  const away = Date.now()
  await until('it says that it is away', () => first.output.length > 0)
  await until('a while without it', () => Date.now() - away > 1_500)
  first.child.kill('SIGKILL')
  await first.ended
  await broker.start()
  const second = start(broker, spool)
  t.after(() => second.child.kill('SIGKILL'))
  const duringOutage = () =>
    listener.batches.filter(({ payload }) => payload.epoch === epoch && payload.points[0].timestamp > away)
  await until('what was measured meanwhile', () => duringOutage().length >= 12)
  await whole(listener, epoch, 17)
  assert.match(first.output.join(''), /no connection, trying again: /)
})

test('a broker that is stopped for a while costs nothing: live first, then what waited, at its own pace', async (t) => {
  await using broker = await startBroker([grant])
  await using listener = await listen(broker)
  const { running, looks, reports } = agent(t, broker)
  await until('points', () => listener.batches.length >= 5)
  await broker.stop('SIGTERM')
  await until('it says so', () => reports.length === 1)
  const before = looks.length
  await until('two seconds without a broker', () => looks.length >= before + 20)
  await broker.start()
  await whole(listener, running.epoch, before + 20)
  assertAllLooks(listener, looks)
  assert.match(reports.join('\n'), /^no connection, trying again: .*\nconnected again$/s)
})

test('a broker that is killed takes the last seconds with it: they are sent again, and nothing is missing', async (t) => {
  await using broker = await startBroker([grant])
  const session = await listen(broker)
  const { running, looks } = agent(t, broker)
  await until('points', () => session.batches.length >= 3)
  // The session stays, its messages are taken for it, and wait only in the broker's memory.
  await session[Symbol.asyncDispose]()
  const missed = looks.length
  await until('the broker has more', () => looks.length > missed + 20 && running.counts().waitingMessages < 3)
  await broker.stop('SIGKILL')
  await broker.start()
  await using listener = await listen(broker)
  await whole(listener, running.epoch, missed + 20)
  assertAllLooks(listener, looks)
})

test('while nobody listens everything is kept and said; then it arrives', async (t) => {
  await using broker = await startBroker([grant])
  const { running, reports, looks } = agent(t, broker)
  await until('it says so', () => reports.length > 0)
  assert.match(reports[0], /kept and tried again: nobody takes what is published.*\(reason 16\)/)
  await until('some looks', () => looks.length >= 10)
  await using listener = await listen(broker)
  await whole(listener, running.epoch, 15)
  assertAllLooks(listener, looks)
  assert.equal(reports.length, 2, reports.join('\n'))
})

test('a login that may not publish is told, and what it measured is kept', async (t) => {
  await using broker = await startBroker([{ ...grant, topics: ['agents/acme/web-1/#'] }])
  await using _listener = await listen(broker)
  const { running, reports } = agent(t, broker)
  await until('it says so', () => reports.length > 0)
  assert.match(reports[0], /kept and tried again: not authorised: .*Enrol the agent again \(reason 135\)/)
  await until('it is kept', () => running.counts().waitingMessages >= 5)
})

test('a wrong password is named with its remedy, by the agent and by check', async (t) => {
  await using broker = await startBroker([grant])
  const { reports } = agent(t, broker, { password: 'wrong' })
  await until('it says so', () => reports.length > 0)
  assert.match(reports[0], /no connection.*enrol the agent again/)
  const wrong = start(broker, folder(t), { AGENT_PASSWORD: 'wrong' }, 'check')
  assert.deepEqual(await wrong.ended, [1, null])
  assert.match(wrong.output.join(''), /does not let acme.web-1 in: .*enrol the agent again/)
  const right = start(broker, folder(t), {}, 'check')
  assert.deepEqual(await right.ended, [0, null])
  assert.match(right.output.join(''), /cpu\.usage(.|\n)*lets acme.web-1 in/)
})

test('a broker with small packets gets small messages, also of what was spooled before it was known', async (t) => {
  const small = ['max_packet_size 2000']
  await using broker = await startBroker([grant], small)
  await broker.stop('SIGTERM')
  const looks: number[] = []
  const look = (now: number) => {
    const n = looks.push(now) - 1
    return range(50).map((i) => ({ metric_name: `metric-${i}`, value: n, timestamp: now }))
  }
  const { running } = agent(t, broker, { look })
  await until('some looks', () => looks.length >= 5)
  await broker.start()
  await using listener = await listen(broker)
  await until('both kinds', () => looks.length >= 15 && running.counts().waitingMessages === 0)
  // After a connection the last minute comes again, under the same numbers.
  await broker.stop('SIGTERM')
  const before = looks.length
  await broker.start()
  await until('all after it', () => looks.length >= before + 5 && running.counts().waitingMessages === 0)
  const messages = new Map(listener.batches.map(({ payload }) => [payload.seq, payload]))
  const arrived = [...messages.values()].flatMap(({ points }) => points)
  for (const metric of [0, 49]) {
    const values = arrived.filter((p) => p.metric_name === `metric-${metric}`).map((p) => p.value)
    assert.deepEqual(
      values.sort((a, b) => a - b),
      range(values.length),
    )
    assert.ok(values.length >= before)
  }
  assert.equal(running.counts().droppedPoints, 0)
})
