import { type Counts, none } from './counts.ts'

/** The parts of Cucumber's messages that tell how a scenario went. */
interface Message {
  readonly pickle?: { readonly id: string; readonly name: string }
  readonly testCase?: { readonly id: string; readonly pickleId: string }
  readonly testCaseStarted?: { readonly id: string; readonly testCaseId: string }
  readonly testStepFinished?: {
    readonly testCaseStartedId: string
    readonly testStepResult: { readonly status: string }
  }
  readonly testCaseFinished?: { readonly testCaseStartedId: string; readonly willBeRetried: boolean }
  readonly testRunFinished?: object
}

/** How a run of scenarios went. */
export interface Scenarios {
  readonly counts: Counts
  /** Names of those that were tried a second time. */
  readonly again: readonly string[]
}

/** Reads the lines of Cucumber's message formatter; undefined when the run did not finish. */
export function readScenarios(lines: string): Scenarios | undefined {
  const statuses = new Map<string, Set<string>>()
  const names = new Map<string, string>()
  const again: string[] = []
  let counts = none
  let finished = false
  for (const line of lines.split('\n').filter(Boolean)) {
    const message: Message = JSON.parse(line)
    const { pickle, testCase, testCaseStarted, testStepFinished, testCaseFinished } = message
    if (pickle) names.set(pickle.id, pickle.name)
    if (testCase) names.set(testCase.id, names.get(testCase.pickleId) ?? '')
    if (testCaseStarted) {
      statuses.set(testCaseStarted.id, new Set())
      names.set(testCaseStarted.id, names.get(testCaseStarted.testCaseId) ?? '')
    }
    if (testStepFinished) {
      statuses.get(testStepFinished.testCaseStartedId)?.add(testStepFinished.testStepResult.status)
    }
    if (testCaseFinished && !testCaseFinished.willBeRetried) {
      const outcome = outcomeOf(statuses.get(testCaseFinished.testCaseStartedId) ?? new Set())
      counts = { ...counts, [outcome]: counts[outcome] + 1 }
    }
    if (testCaseFinished?.willBeRetried) again.push(names.get(testCaseFinished.testCaseStartedId) ?? '')
    finished ||= message.testRunFinished !== undefined
  }
  return finished ? { counts, again } : undefined
}

/** An undefined, pending or ambiguous step is a failure: the scenario does not prove what it says. */
function outcomeOf(statuses: Set<string>): keyof Counts {
  const bad = [...statuses].some((status) => status !== 'PASSED' && status !== 'SKIPPED')
  if (bad) return 'failed'
  return statuses.has('SKIPPED') ? 'skipped' : 'passed'
}
