import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agentStatus } from './status.ts'

const table: [silentMs: number, intervalMs: number | null, blind: boolean, status: string][] = [
  [0, 1_000, false, 'online'],
  [1_500, 1_000, false, 'online'],
  [1_501, 1_000, false, 'late'],
  [2_000, 1_000, false, 'late'],
  [2_001, 1_000, false, 'offline'],
  [2_001, 10_000, false, 'online'],
  [1_400, 1_000, true, 'online'],
  [1_501, 1_000, true, 'unknown'],
  [90_000, 1_000, true, 'unknown'],
  [60_000, null, false, 'online'],
  [60_001, null, false, 'unknown'],
]

for (const [silentMs, intervalMs, blind, status] of table) {
  const sight = blind ? ', while records wait that were not seen' : ''
  test(`silent for ${silentMs} ms with an interval of ${intervalMs} ms${sight}: ${status}`, () => {
    const now = 1_790_000_000_000
    const verdict = agentStatus({ lastSeen: now - silentMs, intervalMs }, now, blind)
    assert.equal(verdict.status, status)
    assert.equal(verdict.reason, status === 'late' || status === 'offline' ? 'silent' : null)
  })
}
