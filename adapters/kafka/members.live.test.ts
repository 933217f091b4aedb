import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { topics } from '@streamgauge/core/topics.ts'
import { type TestStack, testStack } from '@streamgauge/local/stack.ts'

/** Longer than any of these tests: a group that waits for a dead member's session is found waiting. */
const sessionTimeoutMs = 600_000
/** Less than the 20 s after which a rebalance goes on without those who are missing. */
const patienceMs = 15_000

let stack: TestStack
before(async () => {
  stack = await testStack()
})
after(() => stack[Symbol.asyncDispose]())

/** A member of a group that tells each time how many partitions it was given, and may kill itself at a request. */
const script = `
  const { openLog } = await import(${JSON.stringify(join(import.meta.dirname, 'log.ts'))})
  const { memberFiles } = await import(${JSON.stringify(join(import.meta.dirname, 'member-files.ts'))})
  const { Socket } = await import('node:net')
  const { pino } = await import('pino')
  const { brokers, topicPrefix, topic, group, folder, sessionTimeoutMs, die } = JSON.parse(process.argv[1])
  const { write } = Socket.prototype
  Socket.prototype.write = function (bytes, ...rest) {
    const isIt = die && bytes.length > 6 && Buffer.from(bytes, 'binary').readInt16BE(4) === die.request
    const kill = () => process.kill(process.pid, 'SIGKILL')
    if (isIt && die.before) return kill()
    return isIt ? write.call(this, bytes, 'binary', kill) : write.call(this, bytes, ...rest)
  }
  const logger = pino({ level: 'silent' })
  const log = await openLog({ brokers, topicPrefix, clientId: 'test', logger })
  await log.ensureTopics()
  await log.runGroup(
    { group, topic, sessionTimeoutMs, member: memberFiles(folder)(group) },
    {
      async assigned(bounds) {
        console.log(bounds.length)
        return new Map(bounds.map(({ partition, high }) => [partition, high]))
      },
      batch: async () => undefined,
    },
  )
`

interface Moment {
  /** The key of a request, see https://kafka.apache.org/protocol#protocol_api_keys. */
  readonly request: number
  /** Instead of right after it was sent. */
  readonly before?: boolean
}

function start(group: string, folder: string, die?: Moment) {
  const { kafkaBrokers: brokers, topicPrefix } = stack
  const what = { brokers, topicPrefix, topic: topics.ingest, group, folder, sessionTimeoutMs, die }
  const child: ChildProcess = spawn(
    process.execPath,
    ['--input-type=module', '-e', script, JSON.stringify(what)],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: import.meta.dirname },
  )
  const ended = once(child, 'exit')
  let given = 0
  child.stdout?.on('data', (text) => {
    given = Number(String(text).trim().split('\n').at(-1))
  })
  return {
    ended,
    /** Resolves once it was given `count` partitions in a join. */
    async has(count: number): Promise<void> {
      const late = AbortSignal.timeout(patienceMs)
      while (given !== count && child.stdout) await once(child.stdout, 'data', { signal: late })
    },
    async kill(): Promise<void> {
      child.kill('SIGKILL')
      await ended
    },
  }
}

function folder(): Disposable & { dir: string } {
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-members-'))
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true }) }
}

const moments: Record<string, Moment> = {
  'as it asks to join': { request: 11 },
  'with its new place in the group, before it asks for partitions': { request: 14, before: true },
  'as it asks for partitions': { request: 14 },
  'as it asks where its partitions begin': { request: 2, before: true },
}
for (const [when, die] of Object.entries(moments)) {
  test(`a member that dies ${when} does not keep its group waiting`, async () => {
    await using cleanup = new AsyncDisposableStack()
    const group = `dies-${die.request}-${die.before}`
    const [own, others] = [cleanup.use(folder()), cleanup.use(folder())]
    const other = start(group, others.dir)
    cleanup.defer(() => other.kill())
    await other.has(12)
    // As a new member, and then as one that was there before.
    for (let i = 0; i < 2; i++) {
      const victim = start(group, own.dir, die)
      assert.deepEqual(await victim.ended, [null, 'SIGKILL'])
      const heir = start(group, own.dir)
      cleanup.defer(() => heir.kill())
      await Promise.all([heir.has(6), other.has(6)])
      await heir.kill()
    }
  })
}

test('a member whose name another one has taken goes on without it, and they do not throw each other out', async () => {
  await using cleanup = new AsyncDisposableStack()
  const { dir } = cleanup.use(folder())
  const first = start('taken', dir)
  cleanup.defer(() => first.kill())
  await first.has(12)
  // As if another container, which sees nobody with this pid, were given the same folder.
  const [file] = readdirSync(dir)
  renameSync(join(dir, file), join(dir, file.replace(/\d+$/, String(2 ** 30))))
  const second = start('taken', dir)
  cleanup.defer(() => second.kill())
  await Promise.all([first.has(6), second.has(6)])
  assert.equal(readdirSync(dir).length, 1)
})
