import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AlertCondition, type AlertEvent, type AlertInstance, nextDeadline, step } from './alert.ts'
import { isAbout } from './alert-match.ts'
import { limits } from './limits.ts'

const rule: AlertCondition = {
  ...{ operator: '>', threshold: 5, durationMs: 10, keepFiringMs: 0, clearThreshold: null, noData: 'keep' },
}
const fresh = limits.alertFreshMs
const short: Record<string, string> = { O: 'OK', P: 'PENDING', F: 'FIRING', N: 'NO_DATA' }

/** Reads `at:value` as a point, `at` as a tick, `change@at` and `deleted@at`. */
function parse(text: string): AlertEvent {
  const [change, at] = text.split('@')
  if (change === 'change') return { type: 'change', at: Number(at) }
  if (change === 'deleted') return { type: 'end', at: Number(at), reason: 'rule_deleted' }
  const [time, value] = text.split(':')
  return value === undefined
    ? { type: 'tick', to: Number(time) }
    : { type: 'point', at: Number(time), value: Number(value) }
}

/** Holds the state after each event, as its first letter, and every transition as `from>to@at reason` against a table. */
function check(parts: Partial<AlertCondition>, events: string, states: string, ...expected: string[]): void {
  let instance: AlertInstance | undefined
  const found: string[] = []
  const seen: string[] = []
  for (const event of events.trim().split(/\s+/)) {
    const { instance: next, transitions } = step({ ...rule, ...parts }, instance, parse(event))
    instance = next
    seen.push(next?.state ?? '-')
    for (const { from, to, at, reason } of transitions)
      found.push(`${from[0]}>${to[0]}@${at}${reason === 'threshold' ? '' : ` ${reason}`}`)
  }
  const wanted = states.trim().split(/\s+/)
  assert.deepEqual(
    seen,
    wanted.map((one) => short[one] ?? one),
    events,
  )
  assert.deepEqual(found, expected, events)
}

test('it fires when a breach has lasted for the duration, the last moment included, and resolves with the first value below', () => {
  check({}, '0:9 5:9 10:9 15:9 20:1', 'P P F F O', 'O>P@0', 'P>F@10', 'F>O@20')
  check({}, '0:9 9:9 9:1', 'P P O', 'O>P@0', 'P>O@9')
  check({}, '0:1 1:5 2:6 3:5', 'O O P O', 'O>P@2', 'P>O@3')
  check({ durationMs: 0 }, '0:9 1:9 2:1 3:9', 'F F O F', 'O>F@0', 'F>O@2', 'O>F@3')
})

test('deadlines before a point decide before it, one at its time leaves the decision to it', () => {
  check({}, '0:9 12:9', 'P F', 'O>P@0', 'P>F@10')
  check({}, '0:9 12:1', 'P O', 'O>P@0', 'P>F@10', 'F>O@12')
  check({}, '0:9 10:1', 'P O', 'O>P@0', 'P>O@10')
})

test('it fires without a further point, while the last value is fresh', () => {
  check({}, '0:9 9 10 11', 'P P F F', 'O>P@0', 'P>F@10')
  const long = { durationMs: fresh + 1 }
  check(long, `0:9 ${fresh} ${fresh * 2}`, 'P P P', 'O>P@0')
  check({ durationMs: fresh }, `0:9 ${fresh * 2}`, 'P F', 'O>P@0', `P>F@${fresh}`)
  // Nobody knows whether the breach lasted through the silence: it is counted anew.
  check(long, `0:9 ${fresh + 1}:9 ${fresh + 2}:9`, 'P P P', 'O>P@0')
})

test('a value stays fresh for three intervals of its series, and one outage does not make the interval', () => {
  const at = fresh
  const silent = { noData: 'alert' as const }
  check(silent, `0:1 ${at}:1 ${4 * at - 1} ${4 * at}`, 'O O O N', `O>N@${4 * at} no_data`)
  check(silent, `0:1 1:1 ${fresh}:1 ${2 * fresh - 1} ${2 * fresh}`, 'O O O O N', `O>N@${2 * fresh} no_data`)
})

test('silence is never resolved unless the rule says so', () => {
  const events = `0:9 10:9 ${fresh * 9} ${fresh * 10}:9 ${fresh * 10 + 1}:1`
  const start = ['O>P@0', 'P>F@10']
  const silent = 10 + fresh
  check({}, events, 'P F F F O', ...start, `F>O@${fresh * 10 + 1}`)
  check(
    { noData: 'alert' },
    events,
    'P F N P O',
    ...[...start, `F>N@${silent} no_data`, `N>P@${fresh * 10}`, `P>O@${fresh * 10 + 1}`],
  )
  check(
    { noData: 'ok' },
    events,
    'P F O P O',
    ...[...start, `F>O@${silent} no_data`, `O>P@${fresh * 10}`, `P>O@${fresh * 10 + 1}`],
  )
})

test('it goes on firing for keep_firing_for, counted from the first value that does not breach, while it is fresh', () => {
  const keep = { keepFiringMs: 5, durationMs: 0 }
  check(keep, '0:9 1:1 5:1 6:1', 'F F F O', 'O>F@0', 'F>O@6')
  check(keep, '0:9 1:1 4:9 6:1 10:1 11', 'F F F F F O', 'O>F@0', 'F>O@11')
  check({ ...keep, keepFiringMs: fresh + 1 }, `0:9 1:1 ${fresh * 9}`, 'F F F', 'O>F@0')
})

test('while it fires the clear threshold counts', () => {
  check({ clearThreshold: 3, durationMs: 0 }, '0:4 1:6 2:4 3:3 4:4', 'O F F O O', 'O>F@1', 'F>O@3')
  check({ operator: '<', clearThreshold: 7, durationMs: 0 }, '0:6 1:4 2:6 3:7', 'O F F O', 'O>F@1', 'F>O@3')
})

test('late points change nothing, those of the same time count in their order', () => {
  check({}, '0:9 5:9 4:1 10:9', 'P P P F', 'O>P@0', 'P>F@10')
  check({}, '0:9 10 9:1 10:1', 'P F F O', 'O>P@0', 'P>F@10', 'F>O@10')
  check({ durationMs: 0 }, '0:9 0:1 0:9', 'F O F', 'O>F@0', 'F>O@0', 'O>F@0')
})

test('every operator', () => {
  const rows: [AlertCondition['operator'], string][] = [
    ['>', 'O O F'],
    ['>=', 'O F F'],
    ['<', 'F O O'],
    ['<=', 'F F O'],
    ['==', 'O F O'],
    ['!=', 'F O F'],
  ]
  for (const [operator, states] of rows) {
    const seen = [4, 5, 6].map((value) => {
      const event = { type: 'point', at: 0, value } as const
      return step({ ...rule, operator, durationMs: 0 }, undefined, event).instance?.state[0]
    })
    assert.equal(seen.join(' '), states, operator)
  }
})

/** An instance after some events under the rule as it was. */
function after(events: string, parts: Partial<AlertCondition> = {}): AlertInstance {
  let instance: AlertInstance | undefined
  for (const event of events.split(' '))
    instance = step({ ...rule, ...parts }, instance, parse(event)).instance
  assert.ok(instance)
  return instance
}

test('a changed rule holds for what is known, and nothing that follows from it lies before the change', () => {
  const firing = after('0:9 10:9')
  const changed = (parts: Partial<AlertCondition>, at: number, from = firing) => {
    const { instance, transitions } = step({ ...rule, ...parts }, from, { type: 'change', at })
    return [instance?.state, ...transitions.map(({ reason, at: when }) => `${reason}@${when}`)]
  }
  assert.deepEqual(changed({}, 12), ['FIRING'])
  assert.deepEqual(changed({ durationMs: 12 }, 12), ['FIRING'])
  assert.deepEqual(changed({ durationMs: 13 }, 12), ['PENDING', 'rule_changed@12'])
  assert.deepEqual(changed({ threshold: 9 }, 12), ['OK', 'rule_changed@12'])
  assert.deepEqual(changed({ threshold: 9 }, 12, after('0:9')), ['OK', 'rule_changed@12'])
  // The clock of the agent goes ahead: the order stays.
  assert.deepEqual(changed({ threshold: 9 }, 3), ['OK', 'rule_changed@10'])
  const shorter = { ...rule, durationMs: 2 }
  const { instance } = step(shorter, after('0:9'), { type: 'change', at: 5 })
  assert.ok(instance)
  assert.equal(nextDeadline(shorter, instance), 5)
})

test('what a rule that ends has brought about ends with it, for that reason', () => {
  check({}, '0:9 10:9 deleted@12', 'P F -', 'O>P@0', 'P>F@10', 'F>O@12 rule_deleted')
  check({}, '0:9 deleted@12', 'P -', 'O>P@0', 'P>O@12 rule_deleted')
  check({}, '0:1 deleted@12', 'O -')
})

test('a rule is about the series of its metric, its agent and all of its tags', () => {
  const scope = { metricName: 'cpu', agentId: null, tags: {} }
  assert.ok(isAbout(scope, ['cpu', 'web-1', { region: 'eu' }]))
  assert.ok(!isAbout(scope, ['mem', 'web-1', {}]))
  assert.ok(!isAbout({ ...scope, agentId: 'web-1' }, ['cpu', null, {}]))
  assert.ok(isAbout({ ...scope, agentId: 'web-1' }, ['cpu', 'web-1', {}]))
  assert.ok(isAbout({ ...scope, tags: { region: 'eu' } }, ['cpu', null, { az: '1', region: 'eu' }]))
  assert.ok(!isAbout({ ...scope, tags: { region: 'eu' } }, ['cpu', null, { region: 'us' }]))
  assert.ok(!isAbout({ ...scope, tags: { toString: 'x' } }, ['cpu', null, {}]))
})
