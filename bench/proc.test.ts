import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { cpuSeconds, descendantsOf, hasStartedProcesses, residentMB } from './proc.ts'

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

test('a process that has started another is known by it, also when that has ended', async (t) => {
  const scripts = {
    '/bin/true; echo; exec sleep 60': true,
    'sleep 60 & echo; wait': true,
    'echo; exec sleep 60': false,
  }
  for (const [script, expected] of Object.entries(scripts)) {
    const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'], detached: true })
    t.after(() => process.kill(-(child.pid ?? 0), 'SIGKILL'))
    await once(child.stdout, 'data')
    assert.equal(hasStartedProcesses(child.pid ?? 0), expected, script)
  }
})

test('a process that is gone is an error, never a zero', async () => {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'exit')
  assert.throws(() => cpuSeconds(child.pid ?? 0), { code: 'ENOENT' })
})

test('descendants are the processes that one has started, and theirs', async () => {
  const shell = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const [printed] = await once(shell.stdout, 'data')
  const sleeper = Number(printed)
  try {
    assert.deepEqual(descendantsOf(shell.pid ?? 0), [sleeper])
    assert.deepEqual(
      descendantsOf(process.pid).filter((pid) => pid === shell.pid || pid === sleeper),
      [shell.pid, sleeper],
    )
  } finally {
    process.kill(sleeper)
    await once(shell, 'exit')
  }
})
