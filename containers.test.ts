// What a container engine would refuse, or a reviewer should: no engine is needed to find it.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readConfig } from '@streamgauge/adapters/config.ts'
import { bridgeUrl } from '@streamgauge/adapters/mqtt/address.ts'
import { DCLinter } from 'dclint'
import { type Copy, DockerfileParser, type From, type JSONInstruction } from 'dockerfile-ast'
import { validate } from 'dockerfile-utils'
import { parse } from 'yaml'
import { variables } from './docs/tables.ts'

interface Service {
  image: string
  build?: string
  command?: string[]
  environment?: Record<string, string>
  healthcheck?: { disable?: boolean; test?: string[] }
  ports?: string[]
  restart?: string
  depends_on?: Record<string, { condition: string; restart?: boolean }>
  deploy?: { replicas: number }
  volumes?: string[]
  stop_grace_period?: string
}

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const dockerfile = DockerfileParser.parse(read('Dockerfile'))
const instructions = dockerfile.getInstructions()
const composeFiles = ['docker-compose.yml', 'docker-compose.scale.yml']
const composeText = read('docker-compose.yml')
const compose: { services: Record<string, Service> } = parse(composeText, { merge: true })
const scale: { services: Record<string, Service & { extends?: { service: string } }> } = parse(
  read('docker-compose.scale.yml'),
  // `ports: !reset []` leaves nothing of what the first file says; only Compose knows that tag.
  { merge: true, logLevel: 'error' },
)
/** What the second file makes of the first. */
const scaled = { ...compose.services, ...Object.fromEntries(Object.entries(scale.services).map(merged)) }
/** Those of both ways to start. */
const services = [...Object.entries(compose.services), ...Object.entries(scaled)]
const required = /^\$\{([A-Z_]+):\?.+\}$/

function merged([name, given]: [string, Service & { extends?: { service: string } }]): [string, Service] {
  const { extends: from, ...own } = given
  const base = compose.services[from?.service ?? name]
  const environment = { ...base?.environment, ...own.environment }
  return [name, { ...base, ...own, environment, depends_on: { ...base?.depends_on, ...own.depends_on } }]
}

/** The instructions of the last build stage, in order. */
function finalStage() {
  return instructions.slice(instructions.findLastIndex((each) => each.getKeyword() === 'FROM'))
}

/** Repository paths that COPY takes from the build context. */
function copied(): string[] {
  return instructions
    .filter((each) => each.getKeyword() === 'COPY')
    .map((each) => each as Copy)
    .filter((copy) => copy.getFromFlag() === null)
    .flatMap(sources)
}

function sources(copy: Copy): string[] {
  return copy
    .getArguments()
    .slice(0, -1)
    .map((argument) => argument.getValue())
}

/** Variables as compose puts them in: what stands after `:-`, else something for what has to be set. */
function filledIn(environment: Record<string, string>): Record<string, string> {
  const fill = (value: string): string => {
    const inner = value.replace(
      /\$\{\w+(?::-([^${}]*)|:\?[^${}]*)\}/g,
      (_, fallback) => fallback ?? 'x'.repeat(32),
    )
    return inner === value ? value : fill(inner)
  }
  return Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, fill(value)]))
}

function assertPinned(image: string) {
  assert.match(image, /:v?\d+\.\d+\.\d+(-[a-z0-9.-]+)?$/, `${image} is not pinned to a full version`)
}

test('the Dockerfile has no syntax error and no questionable instruction', () => {
  assert.deepEqual(validate(read('Dockerfile')), [])
})

test('base images are pinned to a full version', () => {
  const fallbacks = new Map(
    dockerfile.getInitialARGs().map((each) => {
      const property = each.getProperty()
      return [property?.getName(), property?.getValue() ?? '']
    }),
  )
  const stages = new Set<string>()
  for (const from of instructions.filter((each) => each.getKeyword() === 'FROM') as From[]) {
    const image = from.getImage() ?? ''
    if (!stages.has(image)) assertPinned(fallbacks.get(/^\$\{(\w+)\}$/.exec(image)?.[1] ?? '') ?? image)
    stages.add(from.getBuildStage() ?? '')
  }
})

test('the image runs without root, says when it is alive and takes signals itself', () => {
  const stage = finalStage()
  const last = (keyword: string) => stage.findLast((each) => each.getKeyword() === keyword)
  const user = last('USER')?.getArgumentsContent() ?? ''
  assert.ok(user !== '' && !/^(root|0)\b/.test(user), 'USER must name an account other than root')
  assert.match(last('HEALTHCHECK')?.getRawArgumentsContent() ?? '', /"cli\/healthcheck\.ts"/)
  const entrypoint = last('ENTRYPOINT') as JSONInstruction | undefined
  assert.ok(entrypoint?.getOpeningBracket(), 'ENTRYPOINT must not go through a shell')
})

test('no development dependency reaches the image', () => {
  const stage = instructions
    .filter((each) => each.getKeyword() === 'RUN')
    .map((each) => each.getRawArgumentsContent() ?? '')
  assert.ok(
    stage.every((command) => !command.startsWith('npm install')),
    'npm ci keeps to the lock file',
  )
  assert.ok(stage.some((command) => command.startsWith('npm ci') && command.includes('--omit=dev')))
})

test('everything the Dockerfile copies exists and is not ignored', () => {
  const ignored = read('.dockerignore').split('\n')
  for (const path of copied()) {
    assert.ok(existsSync(new URL(path, import.meta.url)), `COPY ${path}: not in the repository`)
    assert.ok(!ignored.includes(path.split('/')[0]), `COPY ${path}: .dockerignore keeps it out`)
  }
})

test('the pages of the documentation are in the image, where assistants read them', () => {
  const from = finalStage().flatMap((each) => (each.getKeyword() === 'COPY' ? sources(each as Copy) : []))
  assert.ok(from.includes('docs'))
  // the last line that matches decides
  const kept = read('.dockerignore')
    .split('\n')
    .findLast((line) => ['**/*.md', 'docs', 'docs/*.md', '!docs/*.md'].includes(line))
  assert.equal(kept, '!docs/*.md')
})

test('either way to start, assistants reach the gateways unless the environment file says no', () => {
  const gateways = services.filter(([, { command }]) => /^--role=.*\bgateway\b/.test(command?.[1] ?? ''))
  assert.equal(gateways.length, 2)
  for (const [name, { environment = {} }] of gateways)
    assert.equal(readConfig(filledIn(environment)).http.useMcp, true, name)
})

test('everything that the roles and the CLI import is in the image', () => {
  const shipped = new Set(
    finalStage().flatMap((each) => (each.getKeyword() === 'COPY' ? sources(each as Copy) : [])),
  )
  const seen = new Set<string>()
  const open = ['main.ts', 'cli.ts', 'cli/healthcheck.ts']
  for (const file of open) {
    if (seen.has(file)) continue
    seen.add(file)
    assert.ok(shipped.has(file.split('/')[0]), `${file}: not in the image`)
    for (const [, target] of read(file).matchAll(/\bfrom '(\.{1,2}\/[^']+|@streamgauge\/[^']+)'/g)) {
      open.push(target.startsWith('.') ? join(dirname(file), target) : target.slice('@streamgauge/'.length))
    }
  }
  assert.ok(seen.size > 50)
})

test('every workspace is known to npm inside the build', () => {
  const { workspaces }: { workspaces: string[] } = JSON.parse(read('package.json'))
  for (const workspace of workspaces) {
    assert.ok(copied().includes(`${workspace}/package.json`), `COPY ${workspace}/package.json is missing`)
  }
})

test('the compose files follow the Compose specification and good practice', () => {
  const taste = Object.fromEntries(
    [
      'no-quotes-in-volumes',
      'service-dependencies-alphabetical-order',
      'service-keys-order',
      'services-alphabetical-order',
      'top-level-properties-order',
    ].map((rule) => [rule, 0 as const]),
  )
  const linter = new DCLinter({
    rules: { ...taste, 'require-quotes-in-ports': [2, { quoteType: 'double' }] },
    quiet: true,
    debug: false,
    exclude: [],
  })
  // dclint's type files leave the extensions out of their imports, so Node's resolution finds no types.
  const results: { messages: { line: number; rule: string; message: string }[] }[] = linter.lintFiles(
    composeFiles.map((file) => fileURLToPath(new URL(file, import.meta.url))),
    false,
  )
  assert.deepEqual(
    results.flatMap(({ messages }) =>
      messages.map(({ line, rule, message }) => `${line} ${rule}: ${message}`),
    ),
    [],
  )
})

test('every service image is pinned to a full version', () => {
  for (const [, service] of services) assertPinned(service.image)
})

test('every service that keeps running has a health check and comes back after a crash', () => {
  for (const [name, { restart, build, healthcheck }] of services) {
    if (restart === 'no') continue
    assert.equal(restart, 'unless-stopped', `${name}: restart`)
    assert.ok(healthcheck?.test ?? build, `${name}: healthcheck`)
    assert.ok(!healthcheck?.disable, `${name}: healthcheck`)
  }
})

test('nothing is published beyond this machine', () => {
  for (const [name, { ports = [] }] of services) {
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:/, `${name}: ${port}`)
  }
})

test('secrets come from the environment file only, and a missing one is named', () => {
  const named = read('.env.example').split('\n')
  for (const [name, { environment = {} }] of services) {
    for (const [key, value] of Object.entries(environment)) {
      if (/PASSWORD|TOKEN|SECRET/.test(key)) assert.match(value, required, `${name}: ${key} holds a literal`)
      const password = /^\w+:\/\/[^:]*:(.*)@/.exec(value)?.[1]
      if (password !== undefined) assert.match(password, required, `${name}: ${key} holds a password`)
    }
  }
  for (const [, variable] of composeText.matchAll(/\$\{([A-Z_]+):\?/g)) {
    assert.ok(named.includes(`${variable}=`), `.env.example must list ${variable}, without a value`)
  }
})

test('roles start after migrations, and migrations after healthy services', () => {
  for (const [name, { depends_on = {}, command }] of services) {
    for (const [dependency, { condition }] of Object.entries(depends_on)) {
      const oneShot = scaled[dependency].restart === 'no'
      const expected = oneShot ? 'service_completed_successfully' : 'service_healthy'
      assert.equal(condition, expected, `${name} on ${dependency}`)
    }
    if (command?.[0] === 'main.ts') assert.ok('init' in depends_on, name)
  }
})

test('the broker starts anew once its file has been written anew: it reads it at its start only', () => {
  for (const each of [compose.services, scaled])
    assert.equal(each.mosquitto.depends_on?.['broker-init'].restart, true)
})

test('a role has longer to stop than it takes to drain', () => {
  const { shutdownMs } = readConfig({ KAFKA_BROKERS: 'k:9092', DATABASE_URL: 'd', REDIS_URL: 'r' })
  for (const [name, { command, stop_grace_period }] of services) {
    if (command?.[0] !== 'main.ts') continue
    assert.ok(Number.parseInt(stop_grace_period ?? '10', 10) * 1000 > shutdownMs, name)
  }
})

test('the roles are given only variables that they know, with values that they can read', () => {
  for (const [name, { command, environment = {} }] of services) {
    if (!['main.ts', 'cli.ts'].includes(command?.[0] ?? '')) continue
    const unknown = Object.keys(environment).filter((key) => !(key in variables) && key !== 'OPERATOR_TOKEN')
    assert.deepEqual(unknown, [], name)
    readConfig(filledIn(environment))
  }
})

test('scaled, each role runs on its own, and what has a port of this machine or a login runs once', () => {
  const roles = Object.values(scaled).flatMap(({ command, deploy }) =>
    command?.[0] === 'main.ts' ? [`${command[1]} ${deploy?.replicas ?? 1}`] : [],
  )
  assert.deepEqual(roles.sort(), [
    '--role=bridge 1',
    '--role=bridge 1',
    '--role=connectors 2',
    '--role=gateway 2',
    '--role=pipeline 2',
  ])
  for (const [name, { ports, deploy }] of Object.entries(scaled))
    assert.ok(!ports?.length || (deploy?.replicas ?? 1) === 1, name)
})

test('each bridge has a login that the broker knows, and knows how many there are', () => {
  const bridges = Object.values(scaled).filter(({ command }) => command?.[1] === '--role=bridge')
  const { command = [] } = scaled['broker-init']
  const known = Number(command[command.indexOf('--bridges') + 1])
  const of = (name: string) => bridges.map(({ environment = {} }) => filledIn(environment)[name]).sort()
  const { mqtt } = readConfig(filledIn(compose.services.app.environment ?? {}))
  assert.deepEqual(of('MQTT_BRIDGES'), Array(known).fill(String(known)))
  assert.deepEqual(
    of('MQTT_URL'),
    Array.from({ length: known }, (_, n) => bridgeUrl(mqtt?.url ?? '', n)).sort(),
  )
})

test('the names that the proxy leads to are those of the connectors and the gateways', () => {
  const names = [...read('proxy.conf').matchAll(/set \$\w+ (\w+):8080;/g)].map(([, name]) => name)
  assert.deepEqual(
    names.map((name) => scaled[name].command?.[1]),
    ['--role=connectors', '--role=gateway'],
  )
})

test('where the pipeline remembers its place in the group outlives a crash and is shared with nobody', () => {
  for (const [name, { command, environment, volumes = [] }] of services) {
    if (command?.[1] !== '--role=pipeline') continue
    // Without a name of its own a volume belongs to one container.
    assert.ok(volumes.includes(environment?.KAFKA_MEMBER_FOLDER ?? ''), name)
    assert.match(read('Dockerfile'), new RegExp(`--owner=node .*${environment?.KAFKA_MEMBER_FOLDER}`))
  }
})

test('the log acknowledges after fsync, never before', () => {
  const flags = (compose.services.redpanda.command ?? []).join(' ')
  assert.doesNotMatch(flags, /--mode|dev-container|unsafe-bypass-fsync|write_caching/)
})
