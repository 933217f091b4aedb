import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { topics } from '@streamgauge/core/topics.ts'
import { type TestStack, testStack } from '@streamgauge/local/stack.ts'
import type { Consumer, ConsumerCrashEvent, Kafka } from 'kafkajs'
import { pino } from 'pino'
import { createClient } from './client.ts'
import { runMember } from './group.ts'
import { openLog } from './log.ts'
import type { JoinHooks } from './patches.ts'
import type { Log } from './types.ts'

const logger = pino({ level: process.env.LOG_LEVEL ?? 'silent' })
const patienceMs = 20_000
let stack: TestStack
let log: Log

before(async () => {
  stack = await testStack()
  log = await openLog({
    brokers: stack.kafkaBrokers,
    topicPrefix: stack.topicPrefix,
    clientId: 'test',
    logger,
  })
  await log.ensureTopics()
})
after(async () => {
  await log.close()
  await stack[Symbol.asyncDispose]()
})

/** Consumers as a client makes them, each with the hooks around its joins and a way to end it. */
function observed(kafka: Kafka) {
  const made: { hooks: JoinHooks; crash(): void }[] = []
  const consumer: Kafka['consumer'] = (config) => {
    const real = kafka.consumer(config)
    const assigner = config?.partitionAssigners?.[0]({} as never) as unknown as Record<symbol, JoinHooks>
    let crashed: (event: ConsumerCrashEvent) => void
    made.push({
      hooks: assigner[Object.getOwnPropertySymbols(assigner)[0]],
      crash: () => crashed({ payload: { error: new Error('it crashed') } } as ConsumerCrashEvent),
    })
    const on = (event: string, listener: typeof crashed) => {
      if (event === real.events.CRASH) crashed = listener
      return real.on(event as never, listener as never)
    }
    return { ...real, on: on as Consumer['on'] }
  }
  return { made, kafka: { ...kafka, consumer } as Kafka }
}

test('a consumer that was given up and wakes later takes nothing from the one that came after it', async () => {
  const { kafkaBrokers: brokers, topicPrefix } = stack
  const { made, kafka } = observed(createClient({ brokers, clientId: 'test', logger }))
  const events = new EventTarget()
  let joins = 0
  const member = runMember(
    kafka,
    { topic: topicPrefix + topics.ingest, group: `${topicPrefix}wakes` },
    { group: 'wakes', topic: topics.ingest },
    {
      async assigned(bounds) {
        joins++
        events.dispatchEvent(new Event('joined'))
        return new Map(bounds.map(({ partition, high }) => [partition, high]))
      },
      async batch() {
        events.dispatchEvent(new Event('record'))
        return undefined
      },
    },
    { logger, ping: () => log.ping() },
  )
  const signal = AbortSignal.timeout(patienceMs)
  while (joins < 1) await once(events, 'joined', { signal })
  made[0].crash()
  while (joins < 2) await once(events, 'joined', { signal })
  const arrived = async (value: string) => {
    const record = once(events, 'record', { signal })
    await log.append(topics.ingest, [{ key: 'acme', value }])
    await record
  }
  await arrived('the second one reads')
  made[0].hooks.before({} as never)
  await arrived('and goes on')
  assert.equal(made.length, 2)
  await member.close()
})
