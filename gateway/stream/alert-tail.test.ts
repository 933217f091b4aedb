import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GroupHandlers, LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { followAlerts } from './alert-tail.ts'

const logger = createLog({ name: 'test', level: 'silent', terminal: false })

/** A tail of partition 0 whose group is driven by hand; `startAt` is where the time of the start lies. */
async function setup(startAt: number) {
  const told: string[] = []
  const joined = Promise.withResolvers<GroupHandlers>()
  await followAlerts({
    log: {
      async runGroup(_options, handlers) {
        joined.resolve(handlers)
        return { close: async () => undefined, ask: () => undefined, waiting: () => new Map() }
      },
      offsetsAt: async () => new Map([[0, startAt]]),
    },
    group: 'gateway-alerts-test',
    onTransition: (tenant, { id }) => told.push(`${tenant} ${id}`),
    logger,
  })
  const handlers = await joined.promise
  const assign = async (low: number, high: number) =>
    (await handlers.assigned([{ partition: 0, low, high }])).get(0)
  const deliver = (offset: number, ...values: string[]) =>
    handlers.batch(
      0,
      values.map(
        (value, i): LogRecord => ({
          ...{
            partition: 0,
            offset: offset + i,
            key: 'a',
            value: Buffer.from(value),
            headers: {},
            timestamp: 0,
          },
        }),
      ),
      0,
    )
  return { told, assign, deliver }
}

test('reading begins where this process began, and goes on where it was after a new assignment', async () => {
  const { told, assign, deliver } = await setup(5)
  assert.equal(await assign(0, 7), 5)
  await deliver(5, '{"id":1}', '{"id":2}')
  assert.equal(await assign(0, 9), 7)
  assert.deepEqual(told, ['a 1', 'a 2'])
})

test('where the topic was cut or made anew, what is left of it is read', async () => {
  const { assign } = await setup(5)
  assert.equal(await assign(0, 7), 5)
  assert.equal(await assign(6, 9), 6)
  assert.equal(await assign(0, 2), 0)
})

test('a record that is no change of state is skipped, those beside it are not', async () => {
  const { told, assign, deliver } = await setup(0)
  await assign(0, 4)
  await deliver(0, '{"id":1}', 'nonsense', '{}', '{"id":2}')
  assert.deepEqual(told, ['a 1', 'a 2'])
  assert.equal(await assign(0, 4), 4)
})
