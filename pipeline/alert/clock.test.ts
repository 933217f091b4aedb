import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import type { Queryable } from '@streamgauge/adapters/mariadb/pool.ts'
import type { Keeper } from '../rollup/keeper.ts'
import { createClock } from './clock.ts'
import { Memory } from './memory.ts'
import type { Relay } from './relay.ts'
import { RuleBook } from './rules.ts'

const logger = createLog({ name: 'clock', level: 'error', terminal: false })

test('what is dropped while the clock looks at the log is not written any more, and its neighbour is', async () => {
  const db: Queryable = { query: async () => [], execute: async () => ({ affectedRows: 0, insertId: 0 }) }
  const book = new RuleBook(db)
  const memories = [0, 1].map((partition) => {
    const memory = new Memory({ partition, nextSrc: 0, topicOffset: 0, since: 0, version: 0 }, [], book)
    memory.movedByClock = true
    memory.due = 0
    return memory
  })
  const kept = new Map(memories.map((memory) => [memory.partition, memory]))
  const keeper = { memories: () => [...kept.values()], memoryOf: (partition: number) => kept.get(partition) }
  const looked = Promise.withResolvers<void>()
  const log = {
    async bounds() {
      kept.delete(0)
      looked.resolve()
      return []
    },
  }
  const written: number[] = []
  const clock = createClock({
    ...{ log: log as unknown as Log, book, keeper: keeper as unknown as Keeper<Memory>, graceMs: 1_000 },
    ...{ relay: { retry() {} } as unknown as Relay, clock: Date.now, logger },
    async write({ partition }) {
      written.push(partition)
    },
  })
  clock.start()
  await looked.promise
  await clock.stop()
  assert.deepEqual(written, [1])
})
