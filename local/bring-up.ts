import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { buildAgent, buildUi } from './build.ts'
import { type DemoTokens, ensureDemo, makeSignInLink } from './demo.ts'
import { ensureDemoAgent, machineAgentId } from './demo-agent.ts'
import { chooseHttpPort, refuseBusyPort } from './http-port.ts'
import { runTool } from './install/run.ts'
import type { Launcher } from './launcher.ts'
import { describeService, type LocalJson, readLocalJson, writeLocalJson } from './local-json.ts'
import type { Progress } from './progress.ts'
import { agentProgram, rolePrograms } from './roles.ts'
import { root } from './root.ts'
import { type Running, runServices } from './run-services.ts'
import type { Supervised } from './supervise.ts'

interface Options {
  readonly launcher: Launcher
  readonly progress: Progress
  /** Services given from outside, ports and limits; handed on to the roles. */
  readonly env: NodeJS.ProcessEnv
  /** Backing services that run already. */
  readonly services?: readonly Running[]
  /** Whether this machine feeds the tenant `demo`. */
  readonly agent: boolean
}

/** A whole installation, up and running. */
export interface Stack {
  /** What local.json says now. */
  local(): LocalJson
  /** Writes local.json anew: for when a process was started again. */
  refresh(): void
}

/** Brings up services, schema and topics, dashboard, roles and the first tenant, and writes local.json. */
export async function bringUp(options: Options): Promise<Stack> {
  const { launcher, progress, env, agent } = options
  const host = env.HTTP_HOST || '127.0.0.1'
  await refuseBusyPort(host, env.HTTP_PORT) // before minutes of installing
  const [services] = await Promise.all([
    options.services ?? runServices({ launcher, env, step: progress.step }),
    during(progress, 'Dashboard', buildUi),
    during(progress, 'Agent program', buildAgent),
  ])
  const roleEnv = {
    // Receivers of webhooks that are tried out run on this machine.
    WEBHOOK_ALLOW: '127.0.0.0/8,::1/128',
    USE_MCP: 'true',
    ...env,
    ...Object.assign({}, ...services.map(({ environment }) => environment)),
  }
  const operatorToken = ensureOperatorToken(launcher)
  await during(progress, 'Schema and topics', () => init({ ...roleEnv, OPERATOR_TOKEN: operatorToken }))

  const { port, release } = await chooseHttpPort(launcher.state, host, env.HTTP_PORT)
  const url = env.PUBLIC_URL || `http://${host}:${port}`
  const pipelinePort = await launcher.state.port('pipeline')
  const memberFolder = launcher.home.path('members')
  // A start costs half the CPU when it needn't compile: less to wait for after a crash.
  const NODE_COMPILE_CACHE = launcher.home.path('compiled')
  const programs = rolePrograms({
    env: { ...roleEnv, PUBLIC_URL: url, NODE_COMPILE_CACHE },
    host,
    port,
    pipelinePort,
    memberFolder,
  })
  const [gateway, pipeline] = await Promise.all(
    programs.map(async (program) => {
      const child = launcher.start(program)
      await during(progress, program.title, () => child.live)
      return child
    }),
  )
  release()

  const access = { url: `http://${host}:${port}`, operatorToken }
  const kept = readLocalJson(launcher.home)?.tenants?.demo ?? {}
  const tokens = await during(progress, 'Tenant demo', () => ensureDemo(access, kept))
  const signIn = await makeSignInLink(access)
  const feeder = agent
    ? await during(progress, 'Agent', () => startAgent(roleEnv, access, launcher))
    : undefined

  const parts = { url, signIn, operatorToken, tokens, services, gateway, pipeline, feeder }
  const stack: Stack = {
    local: () => describe(parts),
    refresh: () => writeLocalJson(launcher.home, describe(parts)),
  }
  stack.refresh()
  return stack
}

/** The agent of this machine, in the tenant demo; undefined without a broker that agents can be enrolled at. */
async function startAgent(
  env: NodeJS.ProcessEnv,
  access: { url: string; operatorToken: string },
  { state, home, start }: Launcher,
): Promise<Supervised | undefined> {
  const id = env.AGENT_ID || machineAgentId()
  const { protocol, host } = new URL(env.MQTT_PUBLIC_URL || env.MQTT_URL || 'mqtt://127.0.0.1')
  const login = await ensureDemoAgent(access, { state, id, brokerUrl: `${protocol}//${host}` })
  return login && start(agentProgram(env, login, home.path('agent')))
}

interface Parts {
  readonly url: string
  readonly signIn: string
  readonly operatorToken: string
  readonly tokens: DemoTokens
  readonly services: readonly Running[]
  readonly gateway?: Supervised
  readonly pipeline?: Supervised
  readonly feeder?: Supervised
}

function describe({ url, signIn, operatorToken, tokens, services, ...processes }: Parts): LocalJson {
  const { gateway, pipeline, feeder } = processes
  return {
    url,
    ingest_url: url,
    sign_in: signIn,
    operator_token: operatorToken,
    tenants: { demo: tokens },
    services: Object.fromEntries(services.map((at) => [at.service.name, describeService(at)])),
    roles: {
      connectors: { pid: gateway?.pid() },
      bridge: { pid: gateway?.pid() },
      pipeline: { pid: pipeline?.pid() },
      gateway: { pid: gateway?.pid() },
      ...(feeder === undefined ? {} : { agent: { pid: feeder.pid() } }),
    },
  }
}

async function during<T>(progress: Progress, title: string, work: () => Promise<T>): Promise<T> {
  const step = progress.step(title)
  try {
    const result = await work()
    step.done(result === 'unchanged' ? 'unchanged' : '')
    return result
  } catch (error) {
    step.failed()
    throw error
  }
}

/** Migrations, topics and the operator's token: done by the same command as in production. */
async function init(env: NodeJS.ProcessEnv): Promise<void> {
  await runTool(process.execPath, [join(root, 'cli.ts'), 'init'], {
    purpose: 'Preparing schema and topics (streamgauge init)',
    env,
  })
}

function ensureOperatorToken({ state }: Launcher): string {
  const kept = state.data.secrets.operator
  if (kept !== undefined) return kept
  const made = `sg_${randomBytes(32).toString('base64url')}`
  state.set('secrets', 'operator', made)
  return made
}
