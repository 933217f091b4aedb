// Every connection of the roles over TLS, with certificates that are looked at.
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { poll } from '@streamgauge/bench/poll.ts'
import { type Certificate, makeCertificate } from '@streamgauge/local/certificate.ts'
import { kafkaJarsFolder } from '@streamgauge/local/install/kafka-jars.ts'
import { runTool } from '@streamgauge/local/install/run.ts'
import { freePort } from '@streamgauge/local/ports.ts'
import { type Services, startServices } from '@streamgauge/local/stack.ts'

const login = { username: 'roles', password: 'of-the-roles' }
const operatorToken = `sg_${'0'.repeat(43)}`
const patienceMs = 30_000

interface Ports {
  readonly kafka: number
  readonly redis: number
  readonly mqtt: number
}

/** Services that listen with TLS, too; MariaDB refuses whoever comes without. */
async function secureServices(tls: Certificate, ports: Ports): Promise<Services> {
  const files = { MQTT_TLS_CERT: tls.certificate, MQTT_TLS_KEY: tls.key, MQTT_TLS_PORT: String(ports.mqtt) }
  Object.assign(process.env, files)
  const controller = await freePort()
  const both = `${tls.certificate}-with-key`
  writeFileSync(both, readFileSync(tls.key, 'utf8') + readFileSync(tls.certificate, 'utf8'))
  const services = await startServices({
    args: {
      mariadb: () => [
        `--ssl-cert=${tls.certificate}`,
        `--ssl-key=${tls.key}`,
        '--require-secure-transport=ON',
      ],
      redis: () => [
        ...['--tls-port', String(ports.redis), '--tls-auth-clients', 'no'],
        ...[
          '--tls-cert-file',
          tls.certificate,
          '--tls-key-file',
          tls.key,
          '--tls-ca-cert-file',
          tls.certificate,
        ],
      ],
      kafka: (plain) => overrides(plain, controller, ports.kafka, both),
    },
  })
  const [program, args] = ['java', ['-cp', join(kafkaJarsFolder(), '*'), 'kafka.admin.ConfigCommand']]
  const user = ['--entity-type', 'users', '--entity-name', login.username]
  const password = `SCRAM-SHA-512=[password=${login.password}]`
  const alter = ['--alter', '--add-config', password, '--bootstrap-server', services.control.kafka.url]
  await runTool(
    process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', program) : program,
    [...args, ...user, ...alter],
    {
      purpose: 'Making a user of Kafka',
    },
  )
  return services
}

/** Settings of Kafka for one listener more, which wants a login. */
function overrides(plain: string, controller: number, port: number, keystore: string): string[] {
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;'
  const module = 'org.apache.kafka.common.security.plain.PlainLoginModule required'
  const settings = {
    listeners: `BROKER://${plain},CONTROLLER://127.0.0.1:${controller},SECURE://127.0.0.1:${port}`,
    'advertised.listeners': `BROKER://${plain},SECURE://localhost:${port}`,
    'listener.security.protocol.map': 'BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL',
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'listener.name.secure.ssl.keystore.type': 'PEM',
    'listener.name.secure.ssl.keystore.location': keystore,
    'listener.name.secure.sasl.enabled.mechanisms': 'SCRAM-SHA-512,PLAIN',
    'listener.name.secure.scram-sha-512.sasl.jaas.config': scram,
    'listener.name.secure.plain.sasl.jaas.config': `${module} user_${login.username}="${login.password}";`,
  }
  return Object.entries(settings).flatMap(([name, value]) => ['--override', `${name}=${value}`])
}

test('a point goes its whole way over TLS, and a certificate that nobody vouches for ends it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-tls-'))
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => rmSync(dir, { recursive: true }))
  const tls = await makeCertificate(dir)
  const ports = { kafka: await freePort(), redis: await freePort(), mqtt: await freePort() }
  const services = cleanup.use(await secureServices(tls, ports))
  const at = (url: string, protocol: string, port?: number) => {
    const secure = new URL(url.replace(/^\w+:/, protocol))
    return Object.assign(secure, { hostname: 'localhost', port: port ?? secure.port }).href
  }
  const http = await freePort()
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...services.env,
    KAFKA_BROKERS: `localhost:${ports.kafka}`,
    KAFKA_TLS: 'true',
    KAFKA_USERNAME: login.username,
    KAFKA_PASSWORD: login.password,
    DATABASE_URL: `${at(services.env.DATABASE_URL, 'mysql:')}?ssl=true`,
    REDIS_URL: at(services.env.REDIS_URL, 'rediss:', ports.redis),
    MQTT_URL: at(services.env.MQTT_URL, 'mqtts:', ports.mqtt),
    MQTT_ADMIN_URL: at(services.env.MQTT_ADMIN_URL, 'mqtts:', ports.mqtt),
    HTTP_PORT: String(http),
    HTTP_TLS_CERT: tls.certificate,
    HTTP_TLS_KEY: tls.key,
    LOG_LEVEL: 'warn',
    OPERATOR_TOKEN: operatorToken,
    STREAMGAUGE_DATA: '/nowhere',
    NODE_EXTRA_CA_CERTS: tls.certificate,
  }
  const cli = (args: string[], more: NodeJS.ProcessEnv = {}) => runCli(args, { ...env, ...more })
  assert.equal((await cli(['init'])).code, 0)
  await cli(['tenant', 'create', 'acme'])
  const token = (await cli(['token', 'create', '--tenant', 'acme', '--scope', 'ingest,read'])).out.trim()

  const child = spawn(process.execPath, ['main.ts'], { cwd: import.meta.dirname, env, stdio: 'inherit' })
  cleanup.defer(() => stopped(child))
  const ca = readFileSync(tls.certificate, 'utf8')
  const ask = (path: string, body?: string) => askSecurely({ ca, port: http, path, token, body })
  await poll(async () => (await ask('/health/live').catch(() => undefined))?.status === 200, patienceMs)
  assert.deepEqual(await ask('/api/v1/metrics', '{"metric_name":"cpu","value":42}'), {
    status: 202,
    body: { accepted: 1 },
  })
  await poll(async () => {
    const { body } = await ask('/api/v1/tenants/acme/metrics?metric=cpu&resolution=raw')
    return body.batch.x[0] === 42
  }, patienceMs)
  const { body: ready } = await ask('/health/ready')
  assert.equal(ready.status, 'ok')
  assert.equal(ready.checks.mqtt.status, 'ok')
  assert.equal((await cli(['doctor'])).out, 'Nothing is wrong.\n')
  assert.equal((await cli(['doctor'], { KAFKA_SASL: 'plain' })).out, 'Nothing is wrong.\n')

  const stranger = await cli(['doctor'], { NODE_EXTRA_CA_CERTS: undefined })
  for (const code of ['MARIADB', 'LOG', 'REDIS', 'BROKER'])
    assert.match(stranger.out, new RegExp(`^${code}_UNREACHABLE: `, 'm'))
  assert.match(
    (await cli(['doctor'], { KAFKA_PASSWORD: 'wrong' })).out,
    /^LOG_UNREACHABLE: .*authentication/im,
  )
  const plainly = `${at(services.env.DATABASE_URL, 'mysql:')}?ssl=false`
  assert.match((await cli(['doctor'], { DATABASE_URL: plainly })).out, /^MARIADB_REFUSES: /m)
  await assert.rejects(fetch(`http://localhost:${http}/health/live`))
})

async function runCli(args: string[], env: NodeJS.ProcessEnv): Promise<{ code: number; out: string }> {
  const child = execFile(process.execPath, ['cli.ts', ...args], { cwd: import.meta.dirname, env })
  if (!child.stdout) throw new Error('the child has no output')
  const [out] = await Promise.all([text(child.stdout), once(child, 'close')])
  return { code: child.exitCode ?? -1, out }
}

async function stopped(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  if (child.exitCode === null) await once(child, 'exit')
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the address answers
type Answer = { status: number; body: any }

async function askSecurely(to: {
  ca: string
  port: number
  path: string
  token: string
  body?: string
}): Promise<Answer> {
  const { ca, port, path, token, body } = to
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const method = body === undefined ? 'GET' : 'POST'
  const sent = request({ host: 'localhost', ca, port, path, method, headers, agent: false }).end(body)
  const [response] = await once(sent, 'response')
  return { status: response.statusCode, body: JSON.parse(await text(response)) }
}
