import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAsk } from './ask.ts'

const ask = (line: string) => readAsk(line.split(' ').filter(Boolean), () => 5)

test('a run names the command that asks for the same again', () => {
  for (const [line, command] of [
    ['', '--cycles 100 --seed 5'],
    ['--cycles 20 --seed 7', '--cycles 20 --seed 7'],
    ['--short', '--short --seed 5'],
    ['--seconds 300 --short --seed 0', '--short --seed 0 --seconds 300'],
  ]) {
    assert.equal(ask(line).command, `npm run chaos -- ${command}`)
    assert.deepEqual(ask(command), ask(line))
  }
  const { cycles, mostMs, seed } = ask('--seconds 300 --cycles 20 --seed 7')
  assert.deepEqual({ cycles, mostMs, seed }, { cycles: 20, mostMs: 300_000, seed: 7 })
  assert.deepEqual([ask('--short').cycles, ask('').mostMs], [undefined, undefined])
})

test('what can be no number of cycles, seed or time is refused, for a run of no cycles would end well', () => {
  for (const line of ['--cycles x', '--cycles 0', '--cycles 1.5', '--seed -1', '--seed x', '--seconds 0'])
    assert.throws(() => ask(line), /not a whole number|ambiguous/, line)
  assert.throws(() => ask('--short --cycles 3'), /cycles of its own/)
  assert.throws(() => ask('--cycle 3'), /--cycle/)
})
