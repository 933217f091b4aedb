import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { bridgeUrl } from '@streamgauge/adapters/mqtt/address.ts'
import { bootstrap, loginOf } from '@streamgauge/adapters/mqtt/bootstrap.ts'
import { mostEach } from '../each.ts'
import { readIfThere, replaceFile } from '../files.ts'
import { acquire } from '../install/acquire.ts'
import { LaunchError } from '../launch-error.ts'
import { compose } from './compose.ts'
import { type BrokerSettings, brokerConfiguration, type TlsListener } from './mosquitto-conf.ts'
import { mosquittoPing } from './mosquitto-ping.ts'
import type { Service } from './service.ts'

const wanted = { title: 'Mosquitto', programs: ['mosquitto'], packages: ['mosquitto'] }
const pluginName = 'mosquitto_dynamic_security.so'
/** Where the container sees the folder of the broker. */
const inside = '/streamgauge'
const insidePort = 1883

/** Mosquitto: the broker that the edge fleet publishes to. Nobody gets in without a login of their own. */
export const mosquitto: Service = {
  name: 'mqtt',
  title: 'Mosquitto',
  variable: 'MQTT_URL',
  companions: ['MQTT_ADMIN_URL', 'MQTT_PUBLIC_URL', 'MQTT_AGENT_KEY'],
  async prepare(context) {
    const { home, state, say } = context
    const program = await acquire(wanted, say)
    const port = await state.port('mqtt')
    const address = `127.0.0.1:${port}`
    const url = `mqtt://streamgauge-bridge:${state.secret('mqttBridge')}@${address}`
    const adminUrl = `mqtt://streamgauge-admin:${state.secret('mqttAdmin')}@${address}`
    const tls = tlsListener(process.env)
    const dir = home.path('mosquitto')
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    const security = join(dir, 'dynamic-security.json')
    // All that may be needed: the broker reads its file only when it starts.
    const bridges = Array.from({ length: mostEach }, (_, n) => bridgeUrl(url, n))
    const logins = { admin: loginOf(adminUrl), bridges: bridges.map(loginOf) }
    const text = bootstrap(readIfThere(security), logins)
    if (text !== undefined) replaceFile(security, text)

    const configuration = join(dir, 'mosquitto.conf')
    const configure = (settings: BrokerSettings) => replaceFile(configuration, brokerConfiguration(settings))
    const common = {
      name: 'mqtt',
      title: 'Mosquitto',
      url,
      environment: {
        MQTT_ADMIN_URL: adminUrl,
        MQTT_PUBLIC_URL: `mqtt://${address}`,
        MQTT_AGENT_KEY: state.secret('mqttAgents'),
      },
      ping: (timeoutMs: number) => mosquittoPing('127.0.0.1', port, timeoutMs),
    }
    if (program === undefined) {
      if (tls)
        throw new LaunchError(`MQTT_TLS_CERT needs Mosquitto on this machine: install ${wanted.packages}.`)
      configure({ plugin: `/usr/lib/${pluginName}`, dir: inside, host: '0.0.0.0', port: insidePort })
      const container = {
        image: 'eclipse-mosquitto:2.0.22',
        command: ['mosquitto', '-c', `${inside}/mosquitto.conf`],
        // Its files stay those of whoever starts it.
        user: `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
        port: insidePort,
        data: inside,
        folder: dir,
      }
      const { ping } = common
      const { packages } = wanted
      const running = await compose({ service: mosquitto, url, port, container, packages, ping }, context)
      return { ...common, ...running }
    }
    configure({ plugin: findPlugin(program), dir, host: '127.0.0.1', port, tls })
    return {
      ...common,
      command: program,
      args: ['-c', configuration],
      graceMs: 20_000,
      remedy:
        `If its data is damaged, move ${dir} away to start anew: the logins of agents come back by themselves, ` +
        'messages that were waiting are lost.',
    }
  },
}

/** A second listener for agents on other machines, when a certificate is named. */
function tlsListener(env: NodeJS.ProcessEnv): TlsListener | undefined {
  const { MQTT_TLS_CERT: certificate, MQTT_TLS_KEY: key, MQTT_TLS_PORT: port = '8883' } = env
  if (!certificate && !key) return undefined
  for (const [name, file] of Object.entries({ MQTT_TLS_CERT: certificate, MQTT_TLS_KEY: key })) {
    if (!file || !existsSync(file)) throw new LaunchError(`${name} must name a file in PEM format.`)
  }
  return { port: Number(port), certificate: resolve(`${certificate}`), key: resolve(`${key}`) }
}

/** Debian keeps libraries in a folder named after the machine, others beside the program's. */
function findPlugin(program: string): string {
  const prefixes = ['/usr', '/usr/local', '/opt/homebrew', resolve(program, '..', '..')]
  const found = prefixes
    .flatMap((prefix) => [join(prefix, 'lib'), join(prefix, 'lib64')])
    .filter(existsSync)
    .flatMap((lib) => [
      lib,
      ...readdirSync(lib)
        .filter((name) => /-linux-|^mosquitto$/.test(name))
        .map((name) => join(lib, name)),
    ])
    .map((folder) => join(folder, pluginName))
    .find(existsSync)
  if (found !== undefined) return found
  throw new LaunchError(
    `${program} comes without ${pluginName}: install a Mosquitto that has it, or name a running broker in MQTT_URL.`,
  )
}
