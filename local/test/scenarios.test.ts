import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countScenarios } from './scenarios.ts'

function scenario(id: string, statuses: string[], willBeRetried = false): object[] {
  const steps = statuses.map((status) => ({
    testStepFinished: { testCaseStartedId: id, testStepResult: { status } },
  }))
  return [
    { testCaseStarted: { id } },
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
  assert.deepEqual(countScenarios(lines(...messages)), { passed: 2, failed: 2, skipped: 1 })
})

test('a run that did not finish has no counts', () => {
  assert.equal(countScenarios(lines(...scenario('a', ['PASSED']))), undefined)
})
