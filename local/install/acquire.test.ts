import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const canSetUser = process.getuid?.() === 0

test('a service that can’t be had says what to do, in one sentence', { skip: !canSetUser }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-acquire-'))
  const script = `
    import { openHome } from ${JSON.stringify(import.meta.resolve('../home.ts'))}
    import { redis } from ${JSON.stringify(import.meta.resolve('../services/redis.ts'))}
    import { openState } from ${JSON.stringify(import.meta.resolve('../state.ts'))}
    const home = openHome(process.argv[1])
    const state = openState(home)
    process.setuid(65534) // may install nothing
    await redis.prepare({ home, state: { ...state, port: async () => 1, secret: () => '' }, say() {} })
      .catch((error) => console.log(error.message))`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script, dir], {
    env: { PATH: '/nowhere' },
    encoding: 'utf8',
  })
  rmSync(dir, { recursive: true })
  assert.match(
    stdout,
    /^Redis is not on this machine and can't be installed from here: install it \(on Debian as root: apt-get install redis-server\), or install docker compose, or name a running one in REDIS_URL\.\n$/,
  )
})
