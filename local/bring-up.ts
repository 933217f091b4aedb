import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { buildAgent, buildUi } from './build.ts'
import { type DemoTokens, ensureDemo, makeSignInLink } from './demo.ts'
import { ensureDemoAgent, machineAgentId } from './demo-agent.ts'
import { readEach } from './each.ts'
import { chooseHttpPort, refuseBusyPort } from './http-port.ts'
import { runTool } from './install/run.ts'
import type { Launcher } from './launcher.ts'
import {
  describeService,
  type LocalJson,
  type RolePlace,
  readLocalJson,
  writeLocalJson,
} from './local-json.ts'
import type { Progress } from './progress.ts'
import { agentProgram, frontProgram, replicaPrograms, replicatedRoles, rolePrograms } from './roles.ts'
import { root } from './root.ts'
import { type Running, runServices } from './run-services.ts'
import type { Program, Supervised } from './supervise.ts'

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
  const each = readEach(env.ROLES_EACH)
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
    // The launcher and the front speak plainly to roles on this machine; TLS is for what stands before them.
    HTTP_TLS_CERT: undefined,
    HTTP_TLS_KEY: undefined,
    ...Object.assign({}, ...services.map(({ environment }) => environment)),
  }
  const operatorToken = ensureOperatorToken(launcher)
  await during(progress, 'Schema and topics', () => init({ ...roleEnv, OPERATOR_TOKEN: operatorToken }))

  const { port, release } = await chooseHttpPort(launcher.state, host, env.HTTP_PORT)
  const url = env.PUBLIC_URL || `http://${host}:${port}`
  // A start costs half the CPU when it needn't compile: less to wait for after a crash.
  const NODE_COMPILE_CACHE = launcher.home.path('compiled')
  const shared = { ...roleEnv, PUBLIC_URL: url, NODE_COMPILE_CACHE }
  const memberFolder = launcher.home.path('members')
  const run = async (program: Program) => {
    const child = launcher.start(program)
    await during(progress, program.title, () => child.live)
    return child
  }
  const roles = each === 1 ? await runOnce() : await runEach()
  release()

  const access = { url: `http://${host}:${port}`, operatorToken }
  const kept = readLocalJson(launcher.home)?.tenants?.demo ?? {}
  const tokens = await during(progress, 'Tenant demo', () => ensureDemo(access, kept))
  const signIn = await makeSignInLink(access)
  const feeder = agent
    ? await during(progress, 'Agent', () => startAgent(roleEnv, access, launcher))
    : undefined

  const parts = { url, signIn, operatorToken, tokens, services, roles, feeder }
  const stack: Stack = {
    local: () => describe(parts),
    refresh: () => writeLocalJson(launcher.home, describe(parts)),
  }
  stack.refresh()
  return stack

  /** Gateway and ingest in one process, the pipeline in another. */
  async function runOnce(): Promise<Parts['roles']> {
    const pipelinePort = await launcher.state.port('pipeline')
    const programs = rolePrograms({ env: shared, host, port, pipelinePort, memberFolder })
    const [gateway, pipeline] = await Promise.all(programs.map(run))
    const inGateway = () => ({ pid: gateway.pid() })
    const inPipeline = () => ({ pid: pipeline.pid() })
    return { connectors: inGateway, bridge: inGateway, pipeline: inPipeline, gateway: inGateway }
  }

  /** Each role several times, behind one address. */
  async function runEach(): Promise<Parts['roles']> {
    const ports = { port: (name: string) => launcher.state.port(name) }
    const replicas = await replicaPrograms({ env: shared, each, memberFolder, ...ports })
    const running = await Promise.all(
      replicas.map(async (replica) => ({ ...replica, child: await run(replica.program) })),
    )
    const front = await run(frontProgram({ host, port }, replicas))
    const placeOf = (role: string) => () => {
      const own = running.filter((one) => one.role === role)
      const all = own.map(({ child, port }) => ({ pid: child.pid(), url: `http://127.0.0.1:${port}` }))
      return { pid: all[0].pid, all }
    }
    const places = replicatedRoles.map((role) => [role, placeOf(role)])
    return { ...Object.fromEntries(places), front: () => ({ pid: front.pid() }) }
  }
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
  /** By role: where it is played now. */
  readonly roles: Readonly<Record<string, () => RolePlace>>
  readonly feeder?: Supervised
}

function describe({ url, signIn, operatorToken, tokens, services, roles, feeder }: Parts): LocalJson {
  return {
    url,
    ingest_url: url,
    sign_in: signIn,
    operator_token: operatorToken,
    tenants: { demo: tokens },
    services: Object.fromEntries(services.map((at) => [at.service.name, describeService(at)])),
    roles: {
      ...Object.fromEntries(Object.entries(roles).map(([role, place]) => [role, place()])),
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
