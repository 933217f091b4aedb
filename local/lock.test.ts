import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openHome } from './home.ts'
import { lockHome } from './lock.ts'
import { openState } from './state.ts'

function folder() {
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-home-'))
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) }
}

test('a second launcher on the same folder is refused, and welcome after the first has left', () => {
  using at = folder()
  const home = openHome(at.dir)
  const release = lockHome(home)
  assert.throws(
    () => lockHome(home),
    /^LaunchError: Streamgauge already runs on .* \(process \d+\): stop that one/,
  )
  release()
  lockHome(home)()
  assert.equal(existsSync(join(at.dir, 'lock')), false)
})

test('the lock of a launcher that is gone is taken over, also when it is half written or its pid is used again', () => {
  using at = folder()
  const home = openHome(at.dir)
  const { pid } = spawnSync('true')
  for (const text of [
    JSON.stringify({ pid, started: '1' }),
    JSON.stringify({ pid: 1, started: '-' }),
    '{"pi',
  ]) {
    writeFileSync(home.path('lock'), text)
    lockHome(home)()
  }
})

test('a data folder that is no folder is named, with the remedy', () => {
  using at = folder()
  const file = join(at.dir, 'file')
  writeFileSync(file, '')
  assert.throws(() => openHome(file), /The data folder .*file can't be used \(E\w+\).*STREAMGAUGE_DATA/)
})

test('a data folder of somebody else is named, with the remedy', { skip: process.getuid?.() !== 0 }, () => {
  using at = folder()
  chmodSync(at.dir, 0o700)
  const script = `import { openHome } from ${JSON.stringify(import.meta.resolve('./home.ts'))}
    process.setuid(65534)
    try { openHome(process.argv[1]) } catch (error) { console.log(error.message) }`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script, at.dir], {
    encoding: 'utf8',
  })
  assert.match(
    stdout,
    /The data folder .* can't be used \(EACCES\): make it a folder that this user may write/,
  )
})

test('ports and secrets stay the same from start to start, in a file only its owner can read', async () => {
  using at = folder()
  const home = openHome(at.dir)
  const first = openState(home)
  const kept = [await first.port('redis'), first.secret('redis')]
  const second = openState(home)
  assert.deepEqual([await second.port('redis'), second.secret('redis')], kept)
  assert.equal(statSync(home.path('state.json')).mode & 0o777, 0o600)
})

test('a damaged state is named, with the remedy', () => {
  using at = folder()
  const home = openHome(at.dir)
  writeFileSync(home.path('state.json'), '{"ports": ')
  assert.throws(() => openState(home), /state\.json can't be read .*restore it, or move its folder away/)
})
