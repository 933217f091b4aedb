import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { hashToken, newToken } from '@streamgauge/adapters/mariadb/tokens.ts'
import { connectTest } from '@streamgauge/adapters/mqtt/testing.ts'
import { testStack } from '@streamgauge/local/stack.ts'

interface Result {
  readonly code: number
  readonly out: string
  readonly err: string
}

test('from an empty installation to a revoked token', async () => {
  await using stack = await testStack()
  const operator = newToken()
  const cli = (line: string): Promise<Result> =>
    new Promise((resolve) => {
      const env = { ...process.env, ...stack.env, OPERATOR_TOKEN: operator, STREAMGAUGE_DATA: '/nowhere' }
      const child = execFile(
        process.execPath,
        [join(import.meta.dirname, 'cli.ts'), ...line.split(' ')],
        { env },
        (_error, out, err) => resolve({ code: child.exitCode ?? -1, out: out.trim(), err: err.trim() }),
      )
    })

  assert.match(
    (await cli('init')).out,
    /Migrations applied: 0001[\s\S]*The topics are there[\s\S]*is known now/,
  )
  assert.match((await cli('init')).out, /up to date[\s\S]*is known already/)
  assert.equal((await cli('tenant create acme --quota 100')).code, 0)
  assert.match((await cli('tenant create acme')).err, /exists already/)
  assert.match((await cli('tenant list')).out, /^acme\t\d{4}-/)

  const made = await cli('token create --tenant acme --scope ingest --scope read --expires 1h --label sensor')
  assert.match(made.out, /^sg_[A-Za-z0-9_-]{43}$/)
  const db = openDatabase({ url: stack.databaseUrl })
  const [row] = await db.query<{ hash: Buffer; scopes: string; expires_at: number }>(
    "SELECT hash, scopes, expires_at FROM tokens WHERE label = 'sensor'",
  )
  await db.close()
  assert.deepEqual([row.hash, row.scopes], [hashToken(made.out), 'ingest,read'])
  assert.ok(Math.abs(row.expires_at - Date.now() - 3_600_000) < 60_000)

  assert.match((await cli('token list --tenant acme')).out, /ingest,read\tvalid until .*\tsensor$/)
  assert.match((await cli('token list')).out, /operator\tvalid\tinit$/)
  assert.equal((await cli(`token revoke ${made.out}`)).code, 0)
  assert.match((await cli('token list --tenant acme')).out, /revoked/)

  const page = '--metric cpu.usage --metric mem --origin https://shop.example --rate 60 --label page'
  const published = await cli(`token create --tenant acme --scope publish ${page}`)
  assert.match(published.out, /^sgp_[A-Za-z0-9_-]{43}$/)
  assert.match(
    (await cli('token list --tenant acme')).out,
    /publish\tvalid\tpage\tcpu\.usage mem https:\/\/shop\.example$/,
  )

  const enrolled = await cli('agent enroll --tenant acme --agent web-1')
  assert.match(
    enrolled.out,
    /^curl -fsSL \S+\/agent\/install\.sh \| AGENT_URL=mqtt:.* AGENT_USERNAME=acme\.web-1 /,
  )
  const [, password] = /AGENT_PASSWORD=(\S+)/.exec(enrolled.out) ?? []
  const login = { username: 'acme.web-1', password, clientId: 'acme.web-1' }
  const agent = await connectTest(stack.env.MQTT_URL, login)
  const gone = new Promise<void>((resolve) => agent.once('close', () => resolve()))
  assert.match((await cli('agent enroll --tenant acme --agent web-1')).err, /enrolled already.*--renew/)
  assert.match((await cli('agent list --tenant acme')).out, /^web-1\tenrolled\tnever heard of$/)
  assert.match((await cli('agent revoke --tenant acme --agent web-1')).out, /revoked and disconnected/)
  await gone
  assert.match((await cli('agent list --tenant acme')).out, /^web-1\trevoked\toffline, revoked\t/)

  const mistakes: [line: string, code: number, words: RegExp][] = [
    ['nonsense', 2, /There is no command "nonsense"/],
    ['tenant create Acme', 2, /lower-case/],
    ['token create --tenant acme --scope fly', 2, /--scope of ingest/],
    ['token create --tenant acme --scope operator', 2, /either/],
    ['token create --tenant acme --scope read --expires 2020-01-01', 2, /past/],
    ['token create --tenant acme --scope publish --metric cpu', 2, /--origin is missing/],
    ['token create --tenant acme --scope publish --metric cpu --origin *', 2, /--origin .*no wildcards/],
    ['token create --tenant acme --scope publish --scope read', 2, /stands alone/],
    ['token create --tenant acme --scope read --origin https://a.example', 2, /--origin belongs/],
    ['token create --tenant nobody --scope read', 1, /There is no tenant nobody/],
    ['agent enroll --tenant acme --agent a/#', 2, /--agent/],
    ['agent revoke --tenant acme --agent stranger', 1, /No agent stranger/],
    ['token revoke 4711', 1, /There is no token 4711/],
    ['token create --colour red', 2, /--colour/],
    ['sign-in', 2, /PUBLIC_URL is not set/],
  ]
  for (const [line, code, words] of mistakes) {
    const { code: actual, err } = await cli(line)
    assert.deepEqual([actual, words.test(err)], [code, true], `${line}: ${err}`)
  }
})

test('a broker gets its first logins from a file, which a second run leaves as it is', () => {
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-broker-'))
  const file = join(dir, 'dynamic-security.json')
  const run = (admin: string, ...more: string[]) =>
    execFileSync(process.execPath, [join(import.meta.dirname, 'cli.ts'), 'broker', 'init', file, ...more], {
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        STREAMGAUGE_DATA: '/nowhere',
        MQTT_URL: 'mqtt://streamgauge-bridge:one@broker',
        MQTT_ADMIN_URL: `mqtt://streamgauge-admin:${admin}@broker`,
      },
    })
  assert.match(run('two'), /is written/)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const first = readFileSync(file, 'utf8')
  assert.ok(!first.includes('two'))
  assert.match(run('two'), /has these logins/)
  assert.equal(readFileSync(file, 'utf8'), first)
  assert.match(run('three'), /is written/)
  assert.match(run('three', '--bridges', '2'), /is written/)
  const { clients } = JSON.parse(readFileSync(file, 'utf8')) as { clients: { username: string }[] }
  assert.deepEqual(clients.map(({ username }) => username).toSorted(), [
    ...['streamgauge-admin', 'streamgauge-bridge', 'streamgauge-bridge-1'],
  ])
  rmSync(dir, { recursive: true })
})
