/** Where a key leads from row `at` of `count`; undefined for keys that lead nowhere. `page` is the rows in sight. */
export function rowAfter(key: string, at: number, page: number, count: number): number | undefined {
  const steps: Record<string, number | undefined> = {
    ArrowUp: at - 1,
    ArrowDown: at + 1,
    PageUp: at - page,
    PageDown: at + page,
    Home: 0,
    End: count - 1,
  }
  const to = Object.hasOwn(steps, key) ? steps[key] : undefined
  return to === undefined || count === 0 ? undefined : Math.max(0, Math.min(count - 1, to))
}
