/** How the tests of one runner, or of all, went. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export const none: Counts = { passed: 0, failed: 0, skipped: 0 }

export function add(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}

/** What a runner that ended with `exitCode` is worth: one that crashed, or ran nothing, has failed. */
export function judge(counts: Counts | undefined, exitCode: number | null): Counts {
  const seen = counts ?? none
  const crashed = exitCode !== 0 && seen.failed === 0
  const empty = seen.passed + seen.failed === 0
  return crashed || empty ? add(seen, { passed: 0, failed: 1, skipped: 0 }) : seen
}

/** The closing line: just this form is what continuous integration reads. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  const line = `${passed} passed, ${failed} failed`
  return skipped > 0 ? `${line}, ${skipped} skipped` : line
}
