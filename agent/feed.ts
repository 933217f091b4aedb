import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { createOutbox } from './outbox.ts'
import { toAgentId, toPoints } from './points.ts'
import { createPost } from './post.ts'
import { createReader } from './readings.ts'

/** Feeds a tenant with this machine's CPU, memory and disk until SIGTERM. The only place here that reads the environment. */
const config = {
  url: required('STREAMGAUGE_URL'),
  token: required('STREAMGAUGE_TOKEN'),
  agentId: toAgentId(process.env.AGENT_ID || hostname()),
  intervalMs: Number(process.env.AGENT_INTERVAL_MS || 1_000),
  mounts: (process.env.AGENT_MOUNTS || '/').split(','),
  /** Ten minutes at the default interval. */
  queuedRequests: 600,
}

const read = createReader(config.mounts)
const outbox = createOutbox({
  post: createPost(`${config.url}/api/v1/metrics`, config.token),
  capacity: config.queuedRequests,
  report: (text) => console.error(text),
})

const timer = setInterval(look, config.intervalMs)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)

async function look(): Promise<void> {
  try {
    const points = toPoints(await read(), config.agentId, Date.now())
    outbox.put({ body: JSON.stringify(points), key: randomUUID() })
  } catch (error) {
    console.error(`this machine can't be read: ${error}`)
  }
}

function stop(): void {
  clearInterval(timer)
  outbox.close()
  process.exit()
}

function required(name: string): string {
  const value = process.env[name]
  if (value) return value
  console.error(
    `${name} is not set: it names the server, as in http://127.0.0.1:8080, or the token with scope ingest.`,
  )
  process.exit(1)
}
