import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { cpuSeconds, residentMB } from './proc.ts'

test('CPU seconds of a process are those it says itself, within two ticks', () => {
  const end = performance.now() + 150
  while (performance.now() < end);
  const { user, system } = process.cpuUsage()
  assert.ok(Math.abs(cpuSeconds(process.pid) - (user + system) / 1e6) <= 0.021)
})

test('resident memory is about what the process says itself', () => {
  const own = process.memoryUsage.rss() / 1e6
  assert.ok(Math.abs(residentMB(process.pid) - own) < 5, `${residentMB(process.pid)} MB, not ${own} MB`)
})

test('a process that is gone is an error, never a zero', async () => {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'exit')
  assert.throws(() => cpuSeconds(child.pid ?? 0), { code: 'ENOENT' })
})
