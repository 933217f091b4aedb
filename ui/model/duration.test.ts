import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDuration, spellDuration } from './duration.ts'

test('a length of time is read as people write it', () => {
  const cases = {
    '90': 90,
    '0': 0,
    '10 s': 10,
    '5m': 300,
    '5 min': 300,
    '1 h 30 min': 5400,
    '1.5h': 5400,
    ' 2D ': 172_800,
  }
  for (const [text, wanted] of Object.entries(cases)) assert.equal(parseDuration(text), wanted, text)
})

test('what is no length of time is not guessed at', () => {
  for (const text of ['', 'soon', '-5', '5 x', 's', '1 h und', '5 s 3'])
    assert.equal(parseDuration(text), undefined, text)
})

test('a length of time is spelled exactly, and read again as the same', () => {
  const cases = {
    0: '0 s',
    10: '10 s',
    60: '1 min',
    90: '1 min 30 s',
    3600: '1 h',
    90061: '1 d 1 h 1 min 1 s',
    0.25: '0.25 s',
  }
  for (const [length, wanted] of Object.entries(cases)) {
    assert.equal(spellDuration(Number(length)), wanted)
    assert.equal(parseDuration(wanted), Number(length))
  }
})
