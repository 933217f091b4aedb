import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { forbidServices } from './policy.ts'

function folder() {
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-policy-'))
  const file = join(dir, 'policy-rc.d')
  return {
    dir,
    file,
    write: (status: number) => writeFileSync(file, `#!/bin/sh\nexit ${status}\n`, { mode: 0o755 }),
    ask: () => spawnSync(file, ['redis-server', 'start']).status,
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  }
}

test('services are forbidden meanwhile, and nothing is left behind', async () => {
  using policy = folder()
  const restore = await forbidServices(policy.file)
  assert.equal(policy.ask(), 101)
  restore()
  assert.deepEqual(readdirSync(policy.dir), [])
})

test('a policy that was there comes back, and one that forbids is left alone', async () => {
  for (const status of [0, 101]) {
    using policy = folder()
    policy.write(status)
    const before = readFileSync(policy.file, 'utf8')
    const restore = await forbidServices(policy.file)
    assert.equal(policy.ask(), 101)
    restore()
    assert.equal(readFileSync(policy.file, 'utf8'), before)
    assert.deepEqual(readdirSync(policy.dir), ['policy-rc.d'])
  }
})

test('a second launcher waits for the first, and the policy that was there still comes back', async () => {
  using policy = folder()
  policy.write(0)
  const first = await forbidServices(policy.file)
  const waiting = forbidServices(policy.file)
  first()
  const second = await waiting
  assert.equal(policy.ask(), 101)
  second()
  assert.equal(policy.ask(), 0)
})

test('what a killed launcher left is undone', async () => {
  using policy = folder()
  const { pid } = spawnSync('true')
  writeFileSync(policy.file, `#!/bin/sh\n# streamgauge ${pid}\nexit 101\n`, { mode: 0o755 })
  writeFileSync(`${policy.file}.kept`, '#!/bin/sh\nexit 0\n', { mode: 0o755 })
  const restore = await forbidServices(policy.file)
  restore()
  assert.equal(policy.ask(), 0)
})
