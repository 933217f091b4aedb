import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Got, outbox, receiver, until } from './testing.ts'

const program = `
  import { createLog } from '@streamgauge/adapters/log.ts'
  import { Registry } from '@streamgauge/adapters/metrics.ts'
  import { startNotify } from '@streamgauge/pipeline/notify/notify.ts'
  const logger = createLog({ name: 'notify', level: 'error', terminal: false })
  const clock = () => Date.now() + Number(process.argv[2])
  const options = { webhookAllow: ['127.0.0.1/32'], smtp: null, publicUrl: 'http://127.0.0.1' }
  startNotify({ ...options, databaseUrl: process.argv[1], logger, clock, registry: new Registry() }).notifyNow()
`

/** A worker in a process of its own; its clock is ahead, so that the leases of one that was killed have run out. */
function worker(databaseUrl: string, aheadMs: number) {
  const args = ['--input-type=module-typescript', '-e', program, databaseUrl, String(aheadMs)]
  return spawn(process.execPath, args, { cwd: join(import.meta.dirname, '..'), stdio: 'inherit' })
}

test('whenever a worker is killed, every message arrives, and again only under its id', async (t) => {
  await using store = await outbox()
  await using at = await receiver()
  const channels = [await store.webhook(at.url), await store.webhook(at.url)]
  const messages = 60
  const ids: number[] = []
  for (let i = 0; i < messages; i++) {
    const before = ids[i - 2]
    const more = i % 4 < 2 ? {} : { kind: 'resolved', after: before }
    ids.push(await store.tell(channels[i % 2], `message ${i}`, more))
  }
  // Killed while a message is under way: before its answer, with it, and right behind it.
  let kill: () => void = () => undefined
  at.answer = async () => {
    const turn = at.got.length % 3
    if (turn === 0) kill()
    if (turn === 1) setImmediate(() => setImmediate(kill))
    return { status: 200 }
  }
  let kills = 0
  for (let left = messages; left > 0; kills++) {
    const child = worker(store.databaseUrl, kills * 20_000)
    const ended = once(child, 'exit')
    let alive = true
    const share = at.got.length + 5
    kill = () => {
      if (at.got.length >= share) child.kill('SIGKILL')
    }
    void ended.then(() => {
      alive = false
    })
    await until('it is killed or done', async () => {
      const [row] = await store.db.query<{ waiting: number }>(
        `SELECT COUNT(*) AS waiting FROM deliveries WHERE status = 'pending'`,
      )
      left = row.waiting
      return !alive || left === 0
    })
    child.kill('SIGKILL')
    await ended
  }
  const seen = new Map<string, Got>()
  for (const one of at.got) if (!seen.has(one.id)) seen.set(one.id, one)
  assert.deepEqual([...seen.values()].map(({ name }) => name).toSorted(), names(messages).toSorted())
  for (const channel of [0, 1]) {
    const first = [...seen.values()]
      .map(({ name }) => Number(name.split(' ')[1]))
      .filter((i) => i % 2 === channel)
    assert.deepEqual(
      first,
      first.toSorted((a, b) => a - b),
      'in order',
    )
  }
  assert.ok(kills > 5, `killed ${kills} times`)
  t.diagnostic(`${kills} kills, ${at.got.length - messages} sent again`)
})

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `message ${i}`)
}
