import { join } from 'node:path'
import { bridgeUrl } from '@streamgauge/adapters/mqtt/address.ts'
import type { AgentLogin } from './demo-agent.ts'
import { httpRequest } from './http.ts'
import { root } from './root.ts'
import type { Program } from './supervise.ts'

/** The processes of the application, each with the roles it plays. */
export interface RoleOptions {
  /** Services, limits and whatever else roles read, without the ports. */
  readonly env: NodeJS.ProcessEnv
  readonly host: string
  readonly port: number
  /** Where the pipeline serves health and metrics. */
  readonly pipelinePort: number
  /** Where the pipeline keeps its member ids: it alone, and it is started again only when it has ended. */
  readonly memberFolder?: string
}

/** From SIGTERM roles drain for 20 s at most (design); more means they hang. */
const graceMs = 25_000
/**
 * Roles move buffers and leave little other garbage: with V8's own limit the young generation is collected so seldom
 * that their buffers force full collections instead, a third of the CPU of an append (bench/). The same in Dockerfile.
 */
const youngGeneration = '--max-semi-space-size=8'

/** Connectors, bridge and gateway share a process and a port, the pipeline has its own. */
export function rolePrograms({
  env,
  host,
  port,
  pipelinePort,
  memberFolder,
}: RoleOptions): [Program, Program] {
  return [
    role('connectors,bridge,gateway', 'gateway', 'Gateway and ingest', {
      ...env,
      HTTP_HOST: host,
      HTTP_PORT: String(port),
    }),
    role('pipeline', 'pipeline', 'Pipeline', {
      ...env,
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: String(pipelinePort),
      KAFKA_MEMBER_FOLDER: memberFolder,
    }),
  ]
}

export const replicatedRoles = ['connectors', 'bridge', 'pipeline', 'gateway'] as const
export type ReplicatedRole = (typeof replicatedRoles)[number]

/** One process of several that play the same role. */
export interface Replica {
  readonly role: ReplicatedRole
  readonly port: number
  readonly program: Program
}

export interface ReplicaOptions {
  /** Services, limits and whatever else roles read, without the ports. */
  readonly env: NodeJS.ProcessEnv & { readonly MQTT_URL?: string }
  /** Processes of each role. */
  readonly each: number
  /** The port for what is called so. */
  port(name: string): Promise<number>
  /** Begins the names of their folders for member ids. */
  readonly memberFolder: string
}

/** Every role `each` times, in processes with a port, a folder and a login at the broker of their own. */
export async function replicaPrograms({ env, each, port, memberFolder }: ReplicaOptions): Promise<Replica[]> {
  const replicas: Replica[] = []
  for (const name of replicatedRoles) {
    for (let n = 0; n < each; n++) {
      const own = `${name}-${n + 1}`
      const http = await port(own)
      const program = role(name, own, `${titles[name]} ${n + 1}`, {
        ...env,
        HTTP_HOST: '127.0.0.1',
        HTTP_PORT: String(http),
        ...(name === 'pipeline' && { KAFKA_MEMBER_FOLDER: `${memberFolder}-${n + 1}` }),
        ...(name === 'bridge' && { MQTT_URL: bridgeUrl(env.MQTT_URL ?? '', n), MQTT_BRIDGES: String(each) }),
      })
      replicas.push({ role: name, port: http, program })
    }
  }
  return replicas
}

const titles: Readonly<Record<ReplicatedRole, string>> = {
  connectors: 'Ingest',
  bridge: 'Bridge',
  pipeline: 'Pipeline',
  gateway: 'Gateway',
}

/** The address that replicas share. */
export function frontProgram(at: { host: string; port: number }, replicas: readonly Replica[]): Program {
  const ports = (role: ReplicatedRole) => replicas.filter((one) => one.role === role).map(({ port }) => port)
  const { host, port } = at
  return {
    name: 'front',
    title: 'Front',
    command: process.execPath,
    args: [
      join(root, 'local', 'front', 'main.ts'),
      ...[host, String(port), ports('connectors').join(), ports('gateway').join()],
    ],
    graceMs: 5_000,
    // Whatever it answers: it is not its fault when nobody is behind it.
    ping: (timeoutMs) => httpRequest(`http://${reachable(host)}:${port}/health/live`, { timeoutMs }),
    remedy: 'Its last lines say why.',
  }
}

/** The agent on this machine; it has no port and is live when it runs. */
export function agentProgram(env: NodeJS.ProcessEnv, login: AgentLogin, spool: string): Program {
  return {
    name: 'agent',
    title: 'Agent',
    command: process.execPath,
    // As in agent/install.sh: little memory, at no cost.
    args: ['--max-semi-space-size=1', join(root, 'agent', 'dist', 'streamgauge-agent.js')],
    env: {
      AGENT_SPOOL: spool,
      ...env,
      AGENT_URL: login.url,
      AGENT_USERNAME: login.username,
      AGENT_PASSWORD: login.password,
    },
    graceMs: 10_000,
    ping: async () => undefined,
    remedy: 'Its last lines say why.',
    notable: (line) => line,
  }
}

function role(roles: string, name: string, title: string, env: NodeJS.ProcessEnv): Program {
  const host = reachable(env.HTTP_HOST)
  return {
    name,
    title,
    command: process.execPath,
    args: [youngGeneration, join(root, 'main.ts'), `--role=${roles}`],
    env,
    graceMs,
    // Live is all it must be: whether its services answer is no reason to start it again.
    async ping(timeoutMs) {
      const url = `http://${host}:${env.HTTP_PORT}/health/live`
      const { status } = await httpRequest(url, { timeoutMs })
      if (status !== 200) throw new Error(`${url} answers ${status}`)
    },
    remedy: 'Its last lines say why.',
    notable: warning,
  }
}

/** Where who listens on `host` can be reached from this machine. */
function reachable(host: string | undefined): string | undefined {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
}

/** Pino's level of a warning. */
const warningLevel = 40

function warning(line: string): string | undefined {
  try {
    const { level, msg, err } = JSON.parse(line)
    if (level < warningLevel) return undefined
    return err?.message && err.message !== msg ? `${msg} (${err.message})` : msg
  } catch {
    return undefined // not a log line, such as the stack of a crash: the log file has it
  }
}
