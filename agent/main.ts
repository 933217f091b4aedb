#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startAgent } from './agent.ts'
import { check } from './check.ts'
import { readInventory } from './collect/inventory.ts'
import { type Config, readConfig, settings } from './config.ts'
import { createLook } from './look.ts'
import { lockSpool } from './spool/lock.ts'
import { version } from './version.ts'

/** The agent's process: the only place here that reads the environment. */
const help = `streamgauge-agent ${version}: sends this machine's numbers to a Streamgauge server over MQTT.

  streamgauge-agent             runs until SIGTERM; says nothing while all is well
  streamgauge-agent check       says what it would send, and whether the broker lets it in
  streamgauge-agent --stdout    prints what it measures, one point a line, and sends nothing

  --config=FILE   a JSON file with the keys below; AGENT_CONFIG names it too
  --help, --version

A variable goes before the file, the file before the default.
${Object.entries(settings)
  .map(
    ([key, [variable, fallback, meaning]]) =>
      `  ${variable.padEnd(20)} ${key.padEnd(14)} ${meaning} (${fallback})`,
  )
  .join('\n')}
`

const options = {
  config: { type: 'string' },
  stdout: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

/** Who prints needs none. */
const noLogin = { AGENT_URL: 'mqtt://nowhere', AGENT_USERNAME: 'no.login', AGENT_PASSWORD: 'none' }

const { values, positionals } = readArguments()
void main(positionals)

async function main([command = 'run', ...more]: string[]): Promise<void> {
  if (values.help) process.stdout.write(help)
  else if (values.version) process.stdout.write(`${version}\n`)
  else if (more.length > 0 || !['run', 'check'].includes(command))
    fail(`"${positionals.join(' ')}" is not a command`, 'Try --help.')
  else if (values.stdout) await print()
  else if (command === 'check') process.exit((await check(configure(), (line) => console.log(line))) ? 0 : 1)
  else await run(configure())
}

async function run(config: Config): Promise<void> {
  const release = attempt(() => lockSpool(config.spool.folder))
  process.once('exit', release)
  const [inventory, look] = [await readInventory(), await createLook(config.mounts)]
  const report = (text: string) => console.error(text)
  const agent = attempt(() => startAgent({ ...config, version, inventory, look, report }))
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, async () => {
      await agent.stop()
      process.exit()
    })
}

async function print(): Promise<never> {
  const { intervalMs, mounts } = configure({ ...process.env, ...noLogin })
  const look = await createLook(mounts)
  process.stdout.on('error', () => process.exit()) // whoever read it has had enough
  for (;;) {
    await sleep(intervalMs)
    const points = await look(Date.now(), { waitingMessages: 0, droppedPoints: 0, bytes: 0 })
    process.stdout.write(points.map((point) => `${JSON.stringify(point)}\n`).join(''))
  }
}

function configure(env: NodeJS.ProcessEnv = process.env): Config {
  const path = values.config ?? env.AGENT_CONFIG
  let file: string | undefined
  try {
    file = path === undefined ? undefined : readFileSync(path, 'utf8')
  } catch (error) {
    fail(`The configuration file can't be read (${(error as Error).message})`, 'Check --config.')
  }
  const reading = readConfig(env, file, (name) => readFileSync(name, 'utf8'))
  if (reading.ok) return reading.config
  return fail(...reading.faults, 'streamgauge-agent --help lists every setting.')
}

function attempt<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    return fail(
      `The agent can't start: ${(error as Error).message}.`,
      'AGENT_SPOOL names a folder it may write.',
    )
  }
}

function readArguments() {
  try {
    return parseArgs({ options, allowPositionals: true })
  } catch (error) {
    return fail((error as Error).message, 'Try --help.')
  }
}

function fail(...lines: string[]): never {
  for (const line of lines) console.error(line)
  process.exit(2)
}
