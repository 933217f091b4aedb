import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { buildAgent } from '@streamgauge/local/build.ts'

const run = promisify(execFile)
const folder = import.meta.dirname
const login = { AGENT_URL: 'mqtt://127.0.0.1:1', AGENT_USERNAME: 'acme.web-1', AGENT_PASSWORD: `a"b'c $d` }

/** Serves the script and the program as a gateway does, and runs the script as it came. */
async function place(t: TestContext) {
  await buildAgent()
  const http = createServer((request, response) => {
    const name = request.url === '/agent/streamgauge-agent.js' ? 'dist/streamgauge-agent.js' : 'install.sh'
    response.end(readFileSync(join(folder, name)))
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  t.after(() => http.close())
  const script = readFileSync(join(folder, 'install.sh'), 'utf8').replace(
    '@STREAMGAUGE_URL@',
    `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
  )
  const root = mkdtempSync(join(tmpdir(), 'streamgauge-install-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`
  const install = (env: NodeJS.ProcessEnv) => run('sh', ['-c', script], { env: { PATH, HOME: root, ...env } })
  return { root, install }
}

test('the script installs program, login and unit, keeps the login a secret, and may run again', async (t) => {
  const { root, install } = await place(t)
  await install({ DESTDIR: root, ...login, AGENT_INTERVAL_MS: '5000' })
  const config = join(root, 'etc/streamgauge-agent/config.json')
  const { AGENT_URL: url, AGENT_USERNAME: username, AGENT_PASSWORD: password } = login
  const wanted = { url, username, password, interval_ms: 5000 }
  assert.deepEqual(JSON.parse(readFileSync(config, 'utf8')), wanted)
  assert.equal(statSync(config).mode & 0o777, 0o600)
  const unit = readFileSync(join(root, 'etc/systemd/system/streamgauge-agent.service'), 'utf8')
  assert.match(
    unit,
    /^ExecStart=\/\S+ --max-semi-space-size=1 \/usr\/local\/lib\/streamgauge-agent\/streamgauge-agent.js --config=\$\{C/m,
  )
  assert.match(unit, /^Type=exec$/m)
  assert.match(unit, /^LoadCredential=config.json:\/etc\/streamgauge-agent\/config.json$/m)

  await install({ DESTDIR: root })
  assert.deepEqual(JSON.parse(readFileSync(config, 'utf8')), wanted)
  const program = join(root, 'usr/local/lib/streamgauge-agent/streamgauge-agent.js')
  assert.equal((await run(process.execPath, [program, '--version'])).stdout, '0.1.0\n')
})

test('a service that cannot run its program is not said to run: it is stopped, and the remedy named', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'streamgauge-install-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  // What systemctl answers for a service of Type=exec whose program it may not run; systemd itself can't run in a test.
  const systemctl = 'echo "$1" >>"$0.log"\n[ "$1" != restart ]\n'
  writeFileSync(join(folder, 'systemctl'), `#!/bin/sh\n${systemctl}`, { mode: 0o755 })
  const script = readFileSync(join(import.meta.dirname, 'install.sh'), 'utf8')
  const begin = script.slice(script.indexOf('fail() {'), script.indexOf('node=$('))
  const end = script.slice(script.indexOf('systemctl daemon-reload'))
  const env = { PATH: `${folder}:${process.env.PATH}`, node: '/root/.nvm/bin/node' }
  await assert.rejects(run('sh', ['-euc', begin + end], { env }), {
    code: 1,
    stdout: '',
    stderr: /can't run\. Its user must be able to run \/root\/\.nvm\/bin\/node.*\n.*"apt-get install nodejs"/,
  })
  const calls = readFileSync(join(folder, 'systemctl.log'), 'utf8')
  assert.deepEqual(calls.trim().split('\n'), ['daemon-reload', 'enable', 'restart', 'stop'])
})

test('without a login and without an installation it says what to do, and leaves nothing', async (t) => {
  const { root, install } = await place(t)
  await assert.rejects(install({ DESTDIR: root }), { stderr: /no login: enrol the agent/ })
})

test('the program is one file that runs in a folder of its own', async (t) => {
  const { root } = await place(t)
  const program = join(root, 'agent.js')
  await run('cp', [join(folder, 'dist/streamgauge-agent.js'), program])
  const { stdout, stderr } = await run(process.execPath, [program, '--help'], { cwd: root })
  assert.match(stdout, /AGENT_SPOOL_BYTES/)
  assert.equal(stderr, '')
  const check = run(process.execPath, [program, 'check'], { cwd: root, env: { ...login, AGENT_SPOOL: root } })
  await assert.rejects(check, {
    stdout: /Would send {2}cpu\.usage(.|\n)*nothing listens at this address/,
    stderr: '',
  })
})
