import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alertMarks, alertSpans, changeWord, clusterMarks, marksText, stepToMark } from './alert-marks.ts'
import { transition } from './alert-samples.ts'

const before = Number.NEGATIVE_INFINITY
const open = Number.POSITIVE_INFINITY
const spans = (...texts: string[]) =>
  alertSpans(texts.map((text) => transition(text))).map(({ state, from, to }) => `${state[0]} ${from}..${to}`)

test('a span lasts from the transition into a state to the one out of it', () => {
  assert.deepEqual(spans('1@100 O>P', '2@110 P>F', '3@150 F>O'), ['P 100..110', 'F 110..150'])
})

test('a span that is not over is open, and one that began before everything known reaches back', () => {
  assert.deepEqual(spans('1@100 O>P', '2@110 P>F'), ['P 100..110', `F 110..${open}`])
  assert.deepEqual(spans('3@150 F>O'), [`F ${before}..150`])
})

test('two transitions at one time leave one open span', () => {
  assert.deepEqual(spans('1@100 O>F', '2@100 F>O', '3@100 O>F'), [`F 100..${open}`])
})

test('series that fire at the same time are one span', () => {
  assert.deepEqual(spans('1@100 O>F web-1', '2@120 O>F web-2', '3@130 F>O web-1', '4@150 F>O web-2'), [
    'F 100..150',
  ])
})

test('beginnings and ends of firing are marks, what was pending only is none', () => {
  const marks = alertMarks(
    ['1@1 O>P', '2@2 P>O', '3@3 O>P', '4@4 P>F', '5@5 F>N', '6@6 N>O'].map((text) => transition(text)),
  )
  assert.deepEqual(
    marks.map(({ at, begins }) => `${at} ${begins}`),
    ['4 true', '5 true', '6 false'],
  )
})

test('marks closer than the least distance are one, placed where it begins to fire', () => {
  const marks = alertMarks(
    ['1@100 F>O', '2@103 O>F', '3@105 F>O', '4@106 O>F'].map((text) => transition(text)),
  )
  const clusters = clusterMarks(marks, (at) => at, 6)
  assert.deepEqual(
    clusters.map(({ x, begins, marks: own }) => [x, begins, own.length]),
    [
      [103, true, 3],
      [106, true, 1],
    ],
  )
})

test('stepping goes to the nearest mark on that side, within what is shown', () => {
  const slots = [5, 10, 10, 20, 90]
  const within = { from: 8, to: 50 }
  assert.equal(stepToMark(slots, 30, -1, within), 20)
  assert.equal(stepToMark(slots, 20, -1, within), 10)
  assert.equal(stepToMark(slots, 10, -1, within), undefined)
  assert.equal(stepToMark(slots, 10, 1, within), 20)
  assert.equal(stepToMark(slots, 20, 1, within), undefined)
})

test('one mark is told with everything, several by their number', () => {
  const [one, two] = alertMarks([transition('1@0 P>F web-1'), transition('2@5 F>O web-1')])
  assert.match(marksText([one]), /^Firing · CPU hot · web-1 · 97 · \d\d:\d\d:\d\d$/)
  assert.equal(marksText([one, two]), '1 firing, 1 resolved · CPU hot')
  assert.match(marksText(alertMarks([transition('1@0 F>O', { reason: 'rule_deleted' })])), /rule deleted/)
})

test('only what has fired is resolved', () => {
  assert.equal(changeWord({ from: 'PENDING', to: 'OK' }), 'Cleared')
  assert.equal(changeWord({ from: 'FIRING', to: 'OK' }), 'Resolved')
})
