import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readScenarios } from './scenarios.ts'

function scenario(id: string, statuses: string[], willBeRetried = false): object[] {
  const steps = statuses.map((status) => ({
    testStepFinished: { testCaseStartedId: id, testStepResult: { status } },
  }))
  return [
    { pickle: { id: `pickle of ${id}`, name: `Scenario ${id}` } },
    { testCase: { id: `case of ${id}`, pickleId: `pickle of ${id}` } },
    { testCaseStarted: { id, testCaseId: `case of ${id}` } },
    ...steps,
    { testCaseFinished: { testCaseStartedId: id, willBeRetried } },
  ]
}

function lines(...messages: object[]): string {
  return messages.map((message) => `${JSON.stringify(message)}\n`).join('')
}

test('every scenario counts once, by its worst step', () => {
  const messages = [
    ...scenario('a', ['PASSED', 'PASSED']),
    ...scenario('b', ['PASSED', 'FAILED', 'SKIPPED']),
    ...scenario('c', ['PASSED', 'UNDEFINED', 'SKIPPED']),
    ...scenario('d', ['SKIPPED', 'SKIPPED']),
    ...scenario('e', ['FAILED'], true),
    ...scenario('f', ['PASSED']),
    { testRunFinished: {} },
  ]
  assert.deepEqual(readScenarios(lines(...messages))?.counts, { passed: 2, failed: 2, skipped: 1 })
})

test('a scenario that was tried again is named', () => {
  const messages = [...scenario('e', ['FAILED'], true), ...scenario('f', ['PASSED']), { testRunFinished: {} }]
  assert.deepEqual(readScenarios(lines(...messages))?.again, ['Scenario e'])
})

test('a run that did not finish has no counts', () => {
  assert.equal(readScenarios(lines(...scenario('a', ['PASSED']))), undefined)
})
