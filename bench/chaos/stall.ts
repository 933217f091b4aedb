import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { persistGroup, topics } from '@streamgauge/core/topics.ts'
import type { Arena } from './arena.ts'

/** What a person needs to see when nothing moves: cursors against the log, and what each process says of itself. */
export async function describeStall({ log, database, pipelines }: Arena): Promise<string> {
  const ends = new Map((await log.bounds(topics.ingest)).map(({ partition, high }) => [partition, high]))
  const cursors = (await readCursors(database, persistGroup)).map(
    ({ partition, nextOffset, published }) =>
      `    ${partition}: next ${nextOffset}, published ${published}, log end ${ends.get(partition)}`,
  )
  const own = await Promise.all(
    pipelines.map(async ({ name, port }) => `    ${name}: ${await lagOf(port).catch(String)}`),
  )
  return [...cursors, ...own].join('\n')
}

async function lagOf(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(3_000) })
  const lines = (await response.text()).split('\n')
  return lines.filter((line) => /^streamgauge_persist_(lag|stuck)/.test(line)).join(', ')
}
