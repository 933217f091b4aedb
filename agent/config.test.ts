import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readConfig, settings } from './config.ts'
import { version } from './version.ts'

const login = { AGENT_URL: 'mqtt://host', AGENT_USERNAME: 'acme.web-1', AGENT_PASSWORD: 'secret' }
const noFile = () => {
  throw new Error('no such file')
}
const read = (env: Record<string, string>, file?: object | string) =>
  readConfig(env, typeof file === 'object' ? JSON.stringify(file) : file, noFile)

test('a variable goes before the file, the file before the default', () => {
  const file = { interval_ms: 5000, mounts: ['/a', '/b'], url: 'mqtts://other', spool: '/s' }
  const reading = read({ ...login, AGENT_MOUNTS: '/c, /d' }, file)
  assert.ok(reading.ok)
  const { url, intervalMs, mounts, spool, topics } = reading.config
  assert.deepEqual(
    { url, intervalMs, mounts },
    { url: 'mqtt://host', intervalMs: 5000, mounts: ['/c', '/d'] },
  )
  assert.deepEqual(spool, { folder: '/s', bytes: 512 * 1024 * 1024 })
  assert.deepEqual(topics, { batch: 'metrics/acme/web-1/_batch', status: 'agents/acme/web-1/status' })
})

test('the password may lie in a file of its own', () => {
  const { AGENT_PASSWORD: _, ...env } = login
  const reading = readConfig({ ...env, AGENT_PASSWORD_FILE: '/p' }, undefined, (path) => `from ${path}\n`)
  assert.ok(reading.ok)
  assert.equal(reading.config.password, 'from /p')
})

test('each fault is named with its variable, its key and what to do', () => {
  const table: [Record<string, string>, object | string | undefined, RegExp][] = [
    [{ AGENT_URL: '' }, undefined, /AGENT_URL \(in the file: url\) is not set: it names the broker/],
    [{ AGENT_URL: 'http://host' }, undefined, /AGENT_URL .* write it as mqtt:\/\/host:1883/],
    [{ AGENT_URL: 'mqtt://a:b@host' }, undefined, /must not hold the login/],
    [{ AGENT_USERNAME: 'web-1' }, undefined, /AGENT_USERNAME .* reads tenant\.agent/],
    [{ AGENT_USERNAME: 'acme.web.1' }, undefined, /AGENT_USERNAME .* reads tenant\.agent/],
    [{ AGENT_PASSWORD: '' }, undefined, /AGENT_PASSWORD .* is not set: enrol/],
    [
      { AGENT_PASSWORD: '', AGENT_PASSWORD_FILE: '/x' },
      undefined,
      /PASSWORD_FILE .* can't be read \(no such file\)/,
    ],
    [{ AGENT_INTERVAL_MS: '50' }, undefined, /AGENT_INTERVAL_MS .* whole number from 100 to 86400000/],
    [{ AGENT_INTERVAL_MS: '1s' }, undefined, /AGENT_INTERVAL_MS .* whole number/],
    [{ AGENT_SPOOL_BYTES: '1000' }, undefined, /AGENT_SPOOL_BYTES .* from 1048576/],
    [{ AGENT_MOUNTS: 'data' }, undefined, /AGENT_MOUNTS .* list of paths/],
    [{}, { mounts: [1] }, /list of paths/],
    [{}, { intervall: 5 }, /knows no intervall: its keys are url/],
    [{}, '[1]', /not a JSON object/],
    [{}, '{', /not a JSON object/],
  ]
  for (const [env, file, fault] of table) {
    const reading = read({ ...login, ...env }, file)
    assert.ok(!reading.ok, String(fault))
    assert.equal(reading.faults.length, 1, reading.faults.join('\n'))
    assert.match(reading.faults[0], fault)
  }
})

test('docs/agent.md lists every setting as it is', () => {
  const page = readFileSync(new URL('../docs/agent.md', import.meta.url), 'utf8')
  for (const [key, [variable, fallback, meaning]] of Object.entries(settings)) {
    const [, cells] = new RegExp(`^\\| \`${variable}\` \\| (.*) \\|$`, 'm').exec(page) ?? []
    assert.equal(cells?.replaceAll('`', ''), `${key} | ${fallback} | ${meaning}`)
  }
})

test('the program says the version of its package', () => {
  const text = readFileSync(new URL('package.json', import.meta.url), 'utf8')
  assert.equal(version, JSON.parse(text).version)
})
