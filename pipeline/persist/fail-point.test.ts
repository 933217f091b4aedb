import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { failPoint } from './fail-point.ts'

const module = JSON.stringify(join(import.meta.dirname, 'fail-point.ts'))

/** Runs the hook in a process of its own; answers what that printed and what it died of. */
function run(text: string, code: string) {
  const script = `
    const { writeSync } = await import('node:fs')
    const step = (await import(${module})).failPoint(${JSON.stringify(text)})
    const say = (text) => writeSync(1, text)
    ${code}
  `
  const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script])
  return { printed: stdout.toString(), signal }
}

test('a fail point kills at its step, at the time that was asked for, and nowhere else', () => {
  const code = `for (const one of ['locked', 'stored', 'locked', 'moved', 'locked']) { step(one); say(one + ' ') }`
  assert.deepEqual(run('locked:2', code), { printed: 'locked stored ', signal: 'SIGKILL' })
  assert.deepEqual(run('moved', code), { printed: 'locked stored locked ', signal: 'SIGKILL' })
  assert.equal(run('committed', code).signal, null)
})

test('a fail point with a delay kills in the middle of what follows', () => {
  const { printed, signal } = run('moved+20', `step('moved'); say('on'); setTimeout(say, 5_000, 'late')`)
  assert.deepEqual([printed, signal], ['on', 'SIGKILL'])
})

test('a fail point with an exclamation mark freezes, and what was frozen goes on in the same place', async () => {
  const script = `
    const step = (await import(${module})).failPoint('moved!')
    step('moved')
    console.log('on')
  `
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  while (!/^State:\s+T/m.test(readFileSync(`/proc/${child.pid}/status`, 'utf8'))) await setImmediate()
  child.kill('SIGCONT')
  const [printed] = await once(child.stdout, 'data')
  assert.equal(String(printed).trim(), 'on')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

test('a fail point that doesn’t exist is named', () => {
  assert.throws(() => failPoint('nowhere:1'), /no fail point "nowhere:1"/)
})
