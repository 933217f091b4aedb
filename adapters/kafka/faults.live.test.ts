import assert from 'node:assert/strict'
import { test } from 'node:test'
import { topics } from '@streamgauge/core/topics.ts'
import { startServices } from '@streamgauge/local/stack.ts'
import { pino } from 'pino'
import { openLog } from './log.ts'
import { LogFault } from './types.ts'

const logger = pino({ level: process.env.LOG_LEVEL ?? 'silent' })

test('a log that freezes or dies makes appends fail within their time, and everything goes on afterwards', async () => {
  await using services = await startServices({ only: ['kafka'] })
  const { kafka } = services.control
  const log = await openLog({ brokers: [kafka.url], clientId: 'test', logger })
  await log.ensureTopics()
  const key = 'acme'
  const seen: string[] = []
  const arrived = new EventTarget()
  const group = await log.runGroup(
    { group: 'faults', topic: topics.ingest },
    {
      // As persist does: what it holds is the position, whatever happened in between.
      assigned: async (bounds) =>
        new Map(
          bounds.map(({ partition }) => [partition, partition === log.partitionFor(key) ? seen.length : 0]),
        ),
      async batch(_partition, records) {
        seen.push(...records.map(({ value }) => value.toString()))
        arrived.dispatchEvent(new Event('record'))
        return undefined
      },
    },
  )
  const kept: string[] = []
  async function append(value: string): Promise<string> {
    const start = Date.now()
    try {
      await log.append(topics.ingest, [{ key, value }])
      kept.push(value)
      return 'kept'
    } catch (error) {
      assert.ok(error instanceof LogFault)
      assert.ok(Date.now() - start < 6_500)
      return error.kind
    }
  }
  async function appendUntilKept(value: string): Promise<void> {
    while ((await append(value)) !== 'kept') await new Promise((resolve) => setTimeout(resolve, 100))
  }

  assert.equal(await append('before'), 'kept')
  kafka.signal('SIGSTOP')
  assert.equal(await append('into the ice'), 'uncertain')
  assert.equal(await append('no connection'), 'refused')
  await assert.rejects(log.ping(300))
  kafka.signal('SIGCONT')
  await appendUntilKept('after the thaw')
  kafka.signal('SIGKILL')
  await appendUntilKept('after the kill')

  while (!seen.includes('after the kill')) {
    await new Promise((resolve) => arrived.addEventListener('record', resolve, { once: true }))
  }
  assert.deepEqual(
    seen.filter((value) => kept.includes(value)),
    kept,
    'each once, in order',
  )
  assert.ok(!seen.includes('no connection'), 'what was refused never comes')
  await group.close()
  await log.close()
})
