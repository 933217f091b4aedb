import { type Counts, none } from './counts.ts'

/** The parts of Cucumber's messages that tell how a scenario went. */
interface Message {
  readonly testCaseStarted?: { readonly id: string }
  readonly testStepFinished?: {
    readonly testCaseStartedId: string
    readonly testStepResult: { readonly status: string }
  }
  readonly testCaseFinished?: { readonly testCaseStartedId: string; readonly willBeRetried: boolean }
  readonly testRunFinished?: object
}

/** Counts scenarios in the lines of Cucumber's message formatter; undefined when the run did not finish. */
export function countScenarios(lines: string): Counts | undefined {
  const statuses = new Map<string, Set<string>>()
  let counts = none
  let finished = false
  for (const line of lines.split('\n').filter(Boolean)) {
    const message: Message = JSON.parse(line)
    const { testCaseStarted, testStepFinished, testCaseFinished } = message
    if (testCaseStarted) statuses.set(testCaseStarted.id, new Set())
    if (testStepFinished) {
      statuses.get(testStepFinished.testCaseStartedId)?.add(testStepFinished.testStepResult.status)
    }
    if (testCaseFinished && !testCaseFinished.willBeRetried) {
      const outcome = outcomeOf(statuses.get(testCaseFinished.testCaseStartedId) ?? new Set())
      counts = { ...counts, [outcome]: counts[outcome] + 1 }
    }
    finished ||= message.testRunFinished !== undefined
  }
  return finished ? counts : undefined
}

/** An undefined, pending or ambiguous step is a failure: the scenario does not prove what it says. */
function outcomeOf(statuses: Set<string>): keyof Counts {
  const bad = [...statuses].some((status) => status !== 'PASSED' && status !== 'SKIPPED')
  if (bad) return 'failed'
  return statuses.has('SKIPPED') ? 'skipped' : 'passed'
}
