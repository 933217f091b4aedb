import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { identify } from './identity.ts'

/** A launcher that starts one child for each shell script, and another that has ended; prints their pids. */
const launcher = `
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { startGuard } from ${JSON.stringify(import.meta.resolve('./guard.ts'))}
const guard = startGuard()
for (const script of process.argv.slice(1)) {
  const child = spawn('sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  guard.add(child.pid)
  await once(child.stdout, 'data')
  console.log(child.pid)
}
const ended = spawn('true', { detached: true })
guard.add(ended.pid)
await once(ended, 'exit')
guard.remove(ended.pid)
console.log('ready')
setInterval(() => {}, 1000)
`

test('children end when the launcher is killed, frozen ones too', async () => {
  const scripts = ['echo up; exec sleep 1000', 'echo up; sleep 1000 & wait']
  const process = spawn(globalThis.process.execPath, ['--input-type=module', '-e', launcher, ...scripts], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const pids: number[] = []
  for await (const line of createInterface(process.stdout)) {
    if (line === 'ready') break
    pids.push(Number(line))
  }
  const [first] = pids
  globalThis.process.kill(first ?? 0, 'SIGSTOP')
  process.kill('SIGKILL')
  await once(process, 'exit')
  const deadline = Date.now() + 5_000
  while (pids.some((pid) => identify(pid) !== undefined) && Date.now() < deadline) await sleep(20)
  assert.deepEqual(pids.map(identify), [undefined, undefined])
})
