import { Redis } from 'ioredis'
import type { Logger } from '../log.ts'
import type { AgentRow } from '../mariadb/agents.ts'
import type { RedisStore } from './client.ts'

/** An enrolled agent as it is now; without `version` and `inventory` those known before stay. */
export type AgentChange = Omit<AgentRow, 'version' | 'inventory'> &
  Partial<Pick<AgentRow, 'version' | 'inventory'>>

/** A sign of life of a bridge. */
export interface BridgeBeat {
  /** Another after every start. */
  readonly bridge: string
  /** Since when all that agents publish passes through it without a gap, epoch ms; null while it doesn't. */
  readonly since: number | null
}

/**
 * The bell between those who learn of agents (bridges, enrolment, revocation) and the gateways, and a hash for each
 * tenant with what was told last. MariaDB holds the truth: whoever has missed the bell reads it there.
 */
export interface PresenceBell {
  /** Throws `UnavailableError` while Redis is away. */
  agents(changes: readonly AgentChange[]): Promise<void>
  /** Throws `UnavailableError` while Redis is away. */
  beat(beat: BridgeBeat): Promise<void>
}

export interface PresenceHandlers {
  agent(change: AgentChange): void
  beat(beat: BridgeBeat): void
  /** Heard from now on, or no longer. */
  listening(yes: boolean): void
}

interface Message {
  readonly agents?: readonly AgentChange[]
  readonly beat?: BridgeBeat
}

/** What nobody has touched for this long is read from MariaDB alone, s. */
const hashSeconds = 24 * 3600
const retryMs = { min: 100, max: 1_000 }

export function createPresenceBell(redis: RedisStore): PresenceBell {
  const publish = (client: Redis, message: Message) =>
    client.pipeline().publish(channelOf(client), JSON.stringify(message))
  return {
    async agents(changes) {
      if (changes.length === 0) return
      await redis.run(async (client) => {
        const commands = publish(client, { agents: changes })
        for (const [tenant, some] of Map.groupBy(changes, ({ tenant }) => tenant)) {
          const fields = some.flatMap((change) => [change.agentId, JSON.stringify(change)])
          commands.hset(keyOf(tenant), ...fields).expire(keyOf(tenant), hashSeconds)
        }
        await all(commands)
      })
    },
    async beat(beat) {
      await redis.run((client) => all(publish(client, { beat })))
    },
  }
}

/** What was told last of the agents of a tenant. Throws `UnavailableError` while Redis is away. */
export async function readPresence(redis: RedisStore, tenant: string): Promise<AgentChange[]> {
  const fields = await redis.run((client) => client.hgetall(keyOf(tenant)))
  return Object.values(fields).map((json) => JSON.parse(json) as AgentChange)
}

/** Listens to the bell on a connection of its own, for as long as it takes. */
export function listenPresence(
  { url, logger }: { url: string; logger: Logger },
  handlers: PresenceHandlers,
): { close(): void } {
  const redis = new Redis(url, {
    autoResubscribe: false,
    retryStrategy: (attempt) => Math.min(retryMs.min * attempt, retryMs.max),
  })
  // The other connection tells of an outage; without a listener every lost connection is an uncaught error.
  redis.on('error', () => undefined)
  redis.on('ready', () => {
    redis.subscribe(channelOf(redis)).then(
      () => handlers.listening(true),
      // Lost again before the answer: `close` has been told.
      () => undefined,
    )
  })
  redis.on('close', () => handlers.listening(false))
  redis.on('message', (_, text) => {
    const message = read(text)
    if (!message) return logger.warn('the presence channel of Redis carries what no bridge has sent')
    for (const change of message.agents ?? []) handlers.agent(change)
    if (message.beat) handlers.beat(message.beat)
  })
  return { close: () => redis.disconnect() }
}

/** Redis shares channels between its databases; installations that share a server each have their own. */
function channelOf(client: Redis): string {
  return `streamgauge:presence@${client.options.db ?? 0}`
}

function keyOf(tenant: string): string {
  return `streamgauge:presence:${tenant}`
}

/** A pipeline answers with what failed instead of throwing it. */
async function all(commands: ReturnType<Redis['pipeline']>): Promise<void> {
  for (const [error] of (await commands.exec()) ?? []) if (error) throw error
}

function read(text: string): Message | undefined {
  try {
    return JSON.parse(text) as Message
  } catch {
    return undefined
  }
}
