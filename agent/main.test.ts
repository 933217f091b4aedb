import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'

const main = join(import.meta.dirname, 'main.ts')

/** The agent as a process that prints, without a login. */
function print(t: TestContext, env: NodeJS.ProcessEnv, ...args: string[]) {
  const child = spawn(process.execPath, [main, '--stdout', ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  return child
}

test('what is printed keeps to the configuration file, and needs no login', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'streamgauge-agent-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const config = join(folder, 'config.json')
  writeFileSync(config, JSON.stringify({ interval_ms: 100, mounts: ['/proc'] }))
  const times = new Set<number>()
  const child = print(t, {}, `--config=${config}`)
  for await (const line of createInterface(child.stdout)) {
    const { metric_name, tags, timestamp } = JSON.parse(line)
    if (metric_name.startsWith('disk.') && tags?.mount) assert.equal(tags.mount, '/proc')
    times.add(timestamp)
    if (times.size === 3) break
  }
  assert.equal(times.size, 3)
})

test('an interval that is none is refused by name, not run as a loop', async (t) => {
  const child = print(t, { AGENT_INTERVAL_MS: 'abc' })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  child.stdout.once('data', () => child.kill())
  assert.deepEqual(await once(child, 'close'), [2, null])
  assert.match(said, /AGENT_INTERVAL_MS .* must be a whole number/)
})
