import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AlertState } from './alert.ts'
import { type Told, tell } from './told.ts'

const states: Record<string, AlertState> = { O: 'OK', P: 'PENDING', F: 'FIRING', N: 'NO_DATA' }

/** Holds what each transition, such as `P>F`, tells to whom, as `kind channel/after`, against a table. */
function check(rows: readonly (readonly [change: string, channels: number[], told: string])[]): void {
  let told: Told | undefined
  const found = rows.map(([change, channels], i) => {
    const [from, to] = change.split('>').map((letter) => states[letter])
    const next = tell(told, { id: i + 1, from, to }, channels)
    told = next.told
    if (!next.telling) return [change, channels, '']
    const { kind, to: concerned } = next.telling
    const list = concerned.map(({ channel, after }) => (after === null ? channel : `${channel}/${after}`))
    return [change, channels, [kind, ...list].join(' ')]
  })
  assert.deepEqual(found, rows)
}

test('an alert that fires is told, and once that it is over; what only waits is not', () => {
  check([
    ['O>P', [7], ''],
    ['P>O', [7], ''],
    ['O>F', [7, 8], 'firing 7 8'],
    ['F>O', [7, 8], 'resolved 7/3 8/3'],
    ['O>P', [7], ''],
    ['P>F', [7], 'firing 7/4'],
    ['F>P', [7], 'resolved 7/6'],
    ['P>O', [7], ''],
  ])
})

test('who breaches again after a silence is not over, but is once the value is well', () => {
  check([
    ['P>F', [7], 'firing 7'],
    ['F>N', [7], 'no_data 7/1'],
    ['N>P', [7], ''],
    ['P>F', [7], 'firing 7/2'],
    ['F>N', [7], 'no_data 7/4'],
    ['N>P', [7], ''],
    ['P>O', [7], 'resolved 7/5'],
    ['O>P', [7], ''],
    ['P>O', [7], ''],
  ])
})

test('the end is told to everybody who was told since the beginning, whatever the rule says now', () => {
  check([
    ['O>F', [7], 'firing 7'],
    ['F>N', [8], 'no_data 8'],
    ['N>O', [8], 'resolved 7/1 8/2'],
    ['O>F', [8], 'firing 8/3'],
    ['F>O', [], 'resolved 8/4'],
  ])
})
