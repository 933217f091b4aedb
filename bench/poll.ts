import { setTimeout as wait } from 'node:timers/promises'

const everyMs = 10

/** Resolves when `test` holds; throws after `withinMs`. */
export async function poll(test: () => Promise<boolean>, withinMs = 10_000): Promise<void> {
  const end = performance.now() + withinMs
  while (!(await test())) {
    if (performance.now() > end) throw new Error(`not so within ${withinMs} ms: ${test}`)
    await wait(everyMs)
  }
}
