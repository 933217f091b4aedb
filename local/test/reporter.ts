import type { TestEvent } from 'node:test/reporters'
import type { Counts } from './counts.ts'

/** What a run tells its parent when a file has ended. */
export interface FileEnded {
  readonly file: string
  readonly passed: boolean
  /** How long it took. */
  readonly seconds: number
  readonly counts: Counts
}

/** A reporter for `node --test` that writes nothing but the counts of the whole run, as JSON. */
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    if (event.type !== 'test:summary') continue
    const { file, success, duration_ms } = event.data
    const { passed, cancelled, skipped, todo, tests } = event.data.counts
    const failed = tests - passed - skipped - todo
    const counts: Counts = { passed, failed: Math.max(failed, cancelled), skipped: skipped + todo }
    if (file === undefined) yield JSON.stringify(counts)
    else process.send?.({ file, passed: success, seconds: duration_ms / 1000, counts } satisfies FileEnded)
  }
}
