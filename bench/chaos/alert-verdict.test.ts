import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Transition } from '@streamgauge/core/transition.ts'
import { type AlertEvidence, type AlertFlaws, judgeAlerts } from './alert-verdict.ts'
import type { Change } from './expected.ts'

const series: Change['series'] = ['pulse', null, {}]

function transition(
  id: number,
  from: Change['from'],
  to: Change['to'],
  more: Partial<Change> = {},
): Transition {
  return {
    ...{ id, rule_id: 1, rule_name: 'high', severity: 'warning', series, from, to, reason: 'threshold' },
    ...{ value: id * 10, threshold: 5, at: id * 1_000, position: `3:${id}`, ...more },
  }
}

function message(one: Transition, id = `msg-${one.id}`) {
  const type = one.to === 'FIRING' ? 'alert.firing' : 'alert.resolved'
  return { id, body: JSON.stringify({ type, timestamp: 'then', data: one }) }
}

const waits = transition(1, 'OK', 'PENDING')
const fires = transition(2, 'PENDING', 'FIRING')
const ends = transition(3, 'FIRING', 'OK')
/** Of another rule, and of another series. */
const other = [
  transition(4, 'OK', 'FIRING', { rule_id: 2 }),
  transition(5, 'OK', 'FIRING', { series: ['pulse', 'b', {}] }),
]
const all = [waits, fires, ends, ...other]

/** Five transitions, four of which are told; some of it told and published again. */
const flawless: AlertEvidence = {
  expected: all,
  recorded: all,
  published: [...all, ends].map((one) => JSON.stringify(one)),
  messages: [fires, fires, ends, ...other].map((one) => message(one)),
}

const none: AlertFlaws = {
  ...{ transitionsLost: 0, transitionsDoubled: 0, transitionsWrong: 0, transitionsNotPublished: 0 },
  ...{ notificationsLost: 0, notificationsDoubled: 0, notificationsWrong: 0 },
}

function flawsOf(change: Partial<AlertEvidence>): Partial<AlertFlaws> {
  const { flaws } = judgeAlerts({ ...flawless, ...change })
  return Object.fromEntries(Object.entries(flaws).filter(([, count]) => count > 0))
}

test('what is as it should be has no flaw, and its repetitions are counted', () => {
  const { flaws, counts, examples } = judgeAlerts(flawless)
  assert.deepEqual(flaws, none)
  assert.deepEqual(counts, {
    ...{ transitions: 5, transitionsAgain: 1, notifications: 4, notificationsAgain: 1 },
  })
  assert.deepEqual(examples, [])
})

test('every flaw is found by itself', () => {
  const { expected, recorded, published, messages } = flawless
  const again = transition(6, 'FIRING', 'OK', { value: 30, at: 3_000, position: '3:3' })
  const swapped = [waits, { ...ends, id: 2 }, { ...fires, id: 3 }]
  const cases: [Partial<AlertFlaws>, Partial<AlertEvidence>][] = [
    [{ transitionsLost: 1 }, { expected: [...expected, transition(9, 'OK', 'FIRING', { rule_id: 3 })] }],
    [
      { transitionsDoubled: 1 },
      {
        recorded: [...recorded, again],
        published: [...published, JSON.stringify(again)],
        messages: [...messages, message(again)],
      },
    ],
    [{ transitionsWrong: 1 }, { expected: expected.slice(0, 4) }],
    [{ transitionsLost: 1, transitionsWrong: 1 }, { expected: [waits, { ...fires, at: 1 }, ends, ...other] }],
    [
      { transitionsWrong: 1 },
      {
        ...{ expected: [waits, fires, ends], recorded: swapped },
        published: swapped.map((one) => JSON.stringify(one)),
        messages: swapped.slice(1).map((one) => message(one)),
      },
    ],
    [{ transitionsNotPublished: 1 }, { published: published.slice(1) }],
    [{ transitionsNotPublished: 1 }, { published: [...published, JSON.stringify({ ...ends, value: 4 })] }],
    [{ transitionsNotPublished: 1 }, { published: [...published, JSON.stringify(again)] }],
    [{ notificationsLost: 1 }, { messages: messages.slice(0, 4) }],
    [{ notificationsDoubled: 1 }, { messages: [...messages, message(ends, 'msg-9')] }],
    [{ notificationsWrong: 1 }, { messages: [...messages, message(waits)] }],
    [{ notificationsWrong: 1 }, { messages: [...messages, { ...message(ends), body: 'else' }] }],
    [{ notificationsWrong: 1 }, { messages: [message({ ...fires, value: 4 }), ...messages.slice(2)] }],
    [{ notificationsWrong: 1 }, { messages: [message(ends), ...messages] }],
  ]
  for (const [flaws, change] of cases) assert.deepEqual(flawsOf(change), flaws)
})
