import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type AgentReport,
  agentState,
  type Declared,
  parseAgentReport,
  type Sight,
  supersedes,
} from './agent-status.ts'

const now = 1_790_000_000_000

const noEdge = { edgeSince: Number.POSITIVE_INFINITY, edgeUntil: Number.NEGATIVE_INFINITY }
/** All is heard, up to this moment. */
const clear: Sight = { now, seenUntil: now, edgeSince: now - 900_000, edgeUntil: now }

const silence: [silentMs: number, intervalMs: number | null, blind: boolean, status: string][] = [
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

for (const [silentMs, intervalMs, blind, status] of silence) {
  const sight = blind ? ', while records wait that were not seen' : ''
  test(`silent for ${silentMs} ms with an interval of ${intervalMs} ms${sight}: ${status}`, () => {
    const seen = { lastSeen: now - silentMs, intervalMs }
    const state = agentState(undefined, seen, { ...clear, seenUntil: blind ? now - 2_501 : now, ...noEdge })
    assert.equal(state.status, status)
    assert.equal(state.reason, status === 'late' || status === 'offline' ? 'silent' : null)
  })
}

test('silence counts as far as was heard', () => {
  const seen = { lastSeen: now - 2_400, intervalMs: 1_000 }
  const statusWith = (heardMs: number) =>
    agentState(undefined, seen, { ...clear, seenUntil: seen.lastSeen + heardMs }).status
  assert.deepEqual([1_500, 1_501, 2_000, 2_001].map(statusWith), ['online', 'late', 'late', 'offline'])
})

test('an agent at the broker is silent as far as the bridge was heard, one over HTTP is not', () => {
  const seen = { lastSeen: now - 2_400, intervalMs: 1_000 }
  const atBroker = { ...online(900), intervalMs: 1_000 }
  const statusWith = (heardMs: number) =>
    agentState(atBroker, seen, { ...clear, edgeUntil: seen.lastSeen + heardMs }).status
  assert.deepEqual([1_500, 1_501, 2_000, 2_001].map(statusWith), ['online', 'late', 'late', 'offline'])
  assert.equal(agentState(undefined, seen, { ...clear, ...noEdge }).status, 'offline')
})

/** An agent with an interval of 10 s; times are seconds before now, `edge` since when the broker is heard. */
const s = (ago: number) => now - ago * 1_000
const online = (ago: number): Declared => ({
  status: 'online',
  reason: null,
  statusAt: s(ago),
  intervalMs: 10_000,
  revokedAt: null,
})
const offline = (reason: 'lost' | 'stopped', ago: number): Declared => ({
  ...online(ago),
  status: 'offline',
  reason,
})
const revoked = (ago: number): Declared => ({ ...online(100), revokedAt: s(ago) })
const never: Declared = {
  status: null,
  reason: null,
  statusAt: null,
  intervalMs: null,
  revokedAt: null,
}

const declared: [what: string, Declared, seenAgo: number | null, edgeAgo: number | null, state: string][] = [
  ['enrolled, never heard of', never, null, 900, 'unknown'],
  ['enrolled, and posting over HTTP', never, 3, null, 'online'],
  ['born, no points yet', online(3), null, 900, 'online'],
  ['born long ago, points now', online(500), 4, 900, 'online'],
  ['born, silent for 1.6 intervals', online(500), 16, 900, 'late silent'],
  ['born, silent for 2.1 intervals', online(500), 21, 900, 'offline silent'],
  ['born just now after a long silence', online(0), 500, 900, 'online'],
  ['its will came', offline('lost', 1), 5, 900, 'offline lost'],
  ['its will came, and it said goodbye before', offline('stopped', 1), 5, 900, 'offline stopped'],
  ['lost, its last points were accepted after the will', offline('lost', 10), 9.1, 900, 'offline lost'],
  ['lost by word, but its points go on', offline('lost', 10), 2, 900, 'online'],
  ['stopped by word, points came later and ended', offline('stopped', 90), 50, 900, 'offline silent'],
  ['lost, nobody listens at the broker', offline('lost', 10), 12, null, 'offline lost'],
  ['revoked', revoked(5), 6, 900, 'offline revoked'],
  ['revoked, but it posts over HTTP', revoked(50), 1, 900, 'online'],
  ['silent for 1.6 intervals, nobody listens at the broker', online(500), 16, null, 'unknown'],
  ['silent for 90 intervals, nobody listens at the broker', online(999), 900, null, 'unknown'],
  ['heard of lately, nobody listens at the broker', online(500), 14, null, 'online'],
  ['silent for 90 intervals, the broker is heard again for 1', online(999), 900, 10, 'unknown'],
  ['silent for 90 intervals, the broker is heard again for 2.1', online(999), 900, 21, 'offline silent'],
  ['silent for 1.8 intervals, the broker is heard for longer', online(999), 18, 19, 'late silent'],
]

for (const [what, said, seenAgo, edgeAgo, wanted] of declared) {
  test(`${what}: ${wanted}`, () => {
    const seen = seenAgo === null ? undefined : { lastSeen: s(seenAgo), intervalMs: 10_000 }
    const edge = edgeAgo === null ? noEdge : { edgeSince: s(edgeAgo) }
    const { status, reason } = agentState(said, seen, { ...clear, ...edge })
    assert.equal([status, reason].filter(Boolean).join(' '), wanted)
  })
}

test('what an agent declares of its interval counts more than what its points tell, and is at least 1 s', () => {
  const seen = { lastSeen: now, intervalMs: 4_000 }
  assert.equal(agentState(online(1), seen, clear).intervalMs, 10_000)
  assert.equal(agentState({ ...online(1), intervalMs: 100 }, seen, clear).intervalMs, 1_000)
  assert.equal(agentState({ ...online(1), intervalMs: null }, seen, clear).intervalMs, 4_000)
})

test('last seen is its newest points or its own word; a will is neither, where there is another', () => {
  const seen = { lastSeen: s(9), intervalMs: null }
  const lastSeen = (said: Declared | undefined, points: typeof seen | undefined) =>
    agentState(said, points, clear).lastSeen
  assert.equal(lastSeen(online(3), seen), s(3))
  assert.equal(lastSeen(online(30), seen), s(9))
  assert.equal(lastSeen(offline('stopped', 3), seen), s(3))
  assert.equal(lastSeen(offline('lost', 3), seen), s(9))
  assert.equal(lastSeen(offline('lost', 3), undefined), s(3))
  assert.equal(lastSeen(never, undefined), null)
})

const report = (text: string): AgentReport => {
  const [word, epoch, at] = text.split(' ')
  const gone = word !== 'online'
  return {
    status: gone ? 'offline' : 'online',
    reason: gone ? (word as 'lost' | 'stopped') : null,
    epoch: Number(epoch),
    at: Number(at),
  }
}

const order: [held: string, next: string, taken: boolean, why: string][] = [
  ['online 7 100', 'lost 7 99', true, 'a will, written before the birth'],
  ['online 7 100', 'stopped 7 200', true, 'a goodbye'],
  ['online 7 100', 'lost 6 900', false, 'the will of the run before'],
  ['lost 6 900', 'online 7 100', true, 'a new run, though its clock was set back'],
  ['lost 7 99', 'online 7 300', true, 'connected again'],
  ['online 7 100', 'online 7 300', true, 'connected again, its will was lost'],
  ['online 7 100', 'online 7 100', false, 'the same again'],
  ['stopped 7 200', 'online 7 100', false, 'a retained birth that a crash brought back'],
  ['online 7 300', 'online 7 100', false, 'an older retained birth'],
  ['online 7 100', 'stopped 5 900', false, 'a retained goodbye of a run before'],
]
for (const [held, next, taken, why] of order) {
  test(`after "${held}", "${next}" ${taken ? 'counts' : 'is ignored'}: ${why}`, () => {
    assert.equal(supersedes(report(next), report(held)), taken)
  })
}

const birth = {
  status: 'online',
  reason: null,
  epoch: 12,
  at: now,
  interval_ms: 5_000,
  version: '1.2.0',
  inventory: { os: 'Debian 12', cores: 4 },
}

test('a birth tells epoch, interval, version and inventory', () => {
  assert.deepEqual(parseAgentReport(JSON.stringify(birth)), {
    status: 'online',
    reason: null,
    epoch: 12,
    at: now,
    intervalMs: 5_000,
    version: '1.2.0',
    inventory: { os: 'Debian 12', cores: 4 },
  })
})

test('a device may say the least: status, epoch and time', () => {
  const least = { status: 'offline', reason: 'lost', epoch: 0, at: 0 }
  assert.deepEqual(parseAgentReport(JSON.stringify(least)), least)
  const noReason = { status: 'online', epoch: 0, at: 0 }
  assert.deepEqual(parseAgentReport(JSON.stringify(noReason)), { ...noReason, reason: null })
})

const faulty: [what: string, text: string][] = [
  ['is empty', ''],
  ['is not JSON', 'online'],
  ['is an array', '[]'],
  ['is null', 'null'],
  ...[
    { status: 'late' },
    { status: 'constructor' },
    { status: ['online'] },
    { reason: 'stopped' },
    { status: 'offline' },
    { status: 'offline', reason: 'tired' },
    { epoch: -1 },
    { epoch: 1.5 },
    { epoch: '12' },
    { epoch: 1e300 },
    { at: 'now' },
    { interval_ms: 0 },
    { interval_ms: 86_400_001 },
    { version: 'v\u0000' },
    { version: 'v'.repeat(65) },
    { inventory: ['Debian'] },
  ].map((fault): [string, string] => [
    `says ${JSON.stringify(fault)}`,
    JSON.stringify({ ...birth, ...fault }),
  ]),
]
for (const [what, text] of faulty) {
  test(`a status that ${what} is none`, () => assert.equal(parseAgentReport(text), undefined))
}
