import { setTimeout as delay } from 'node:timers/promises'

/**
 * Asks again until the answer is there (not undefined) and returns it; throws naming what was awaited. For states
 * of the server that nothing announces; pages are awaited with Playwright.
 */
export async function until<T>(
  what: string,
  withinMs: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const end = Date.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > end) throw new Error(`Not within ${withinMs} ms: ${what}`)
    await delay(50)
  }
}
