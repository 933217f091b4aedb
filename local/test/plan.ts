import { globSync } from 'node:fs'

/** What to run: all of it, or what the arguments name. */
export interface Plan {
  /** Linter and type checker. */
  readonly checks: boolean
  readonly unit: readonly string[]
  readonly live: readonly string[]
  /** Live tests that compare times, and so want the machine to themselves. */
  readonly measured: readonly string[]
  /** Arguments for Cucumber; undefined for no scenarios. */
  readonly features: readonly string[] | undefined
}

const groups = ['unit', 'live', 'features'] as const

/** Splits the test files among the runners. `args` are names of groups, or parts of the paths of files. */
export function makePlan(args: readonly string[], files: readonly string[]): Plan {
  const wanted = groups.filter((group) => args.includes(group))
  const parts = args.filter((arg) => !groups.some((group) => group === arg))
  const chosen =
    parts.length === 0 ? files : files.filter((file) => parts.some((part) => file.includes(part)))
  const runs = (group: (typeof groups)[number]) => wanted.length === 0 || wanted.includes(group)
  const tests = chosen.filter((file) => file.endsWith('.test.ts'))
  const features = chosen.filter((file) => file.endsWith('.feature'))
  const isLive = (file: string) => file.endsWith('.live.test.ts')
  const isMeasured = (file: string) => file.startsWith('bench/')
  const live = runs('live') ? tests.filter(isLive) : []
  return {
    checks: args.length === 0,
    unit: runs('unit') ? tests.filter((file) => !isLive(file)) : [],
    live: live.filter((file) => !isMeasured(file)),
    measured: live.filter(isMeasured),
    features: runs('features') && features.length > 0 ? (parts.length === 0 ? [] : features) : undefined,
  }
}

/** Every test file and feature of the repository, relative to its root. */
export function findTestFiles(root: string): string[] {
  const options = { cwd: root, exclude: (path: string) => /(^|\/)(node_modules|dist|\.git)$/.test(path) }
  return globSync(['**/*.test.ts', 'features/**/*.feature'], options).toSorted()
}
