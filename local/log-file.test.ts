import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openLogFile } from './log-file.ts'

test('lines arrive whole however they were cut, and the last ones are at hand', () => {
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-log-'))
  const lines: string[] = []
  const log = openLogFile(join(dir, 'x.log'), (line) => lines.push(line))
  for (const chunk of ['a', 'b\nc', '\n', 'd']) log.write(Buffer.from(chunk))
  assert.deepEqual(lines, ['ab', 'c'])
  assert.deepEqual(log.tail(), ['ab', 'c', 'd'])
  assert.equal(readFileSync(log.path, 'utf8'), 'ab\nc\nd')
  rmSync(dir, { recursive: true })
})

test('a log takes twice its limit at most', () => {
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-log-'))
  const log = openLogFile(join(dir, 'x.log'))
  const megabyte = Buffer.alloc(1_000_000, 'x')
  for (let i = 0; i < 13; i++) log.write(megabyte)
  assert.equal(statSync(log.path).size, 3_000_000)
  assert.equal(statSync(`${log.path}.1`).size, 5_000_000)
  rmSync(dir, { recursive: true })
})
