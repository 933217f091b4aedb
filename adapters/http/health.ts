import type { FastifyInstance } from 'fastify'
import { within } from '../deadline.ts'

/** One thing this process depends on. */
export interface HealthCheck {
  readonly name: 'mariadb' | 'redis' | 'log' | 'mqtt' | 'partitions' | 'pipeline'
  /** Round trip in ms; throws when it cannot be reached. */
  readonly ping: () => Promise<number>
  /** True when this process cannot do its main job without it. */
  readonly required: boolean
}

export interface Readiness {
  readonly status: 'ok' | 'degraded' | 'unavailable'
  readonly checks: Record<string, { status: 'ok' | 'failed'; latency_ms: number; error?: string }>
}

const deadlineMs = 1_000
const cacheMs = 500

/** `/health/live`: the process runs. `/health/ready`: it can do its job, and how each dependency is. */
export function addHealth(
  app: FastifyInstance,
  checks: readonly HealthCheck[],
  isDraining: () => boolean,
): void {
  let cached: { at: number; readiness: Promise<Readiness> } | undefined

  app.get('/health/live', { schema: { tags: ['health'], summary: 'The process is up' } }, async () => ({
    status: 'ok',
  }))
  app.get(
    '/health/ready',
    { schema: { tags: ['health'], summary: 'The process can do its main job' } },
    async (_request, reply) => {
      const now = performance.now()
      if (!cached || now - cached.at > cacheMs) cached = { at: now, readiness: readiness(checks) }
      const known = await cached.readiness
      const answer = isDraining() ? { ...known, status: 'unavailable', reason: 'stopping' } : known
      return reply.code(answer.status === 'unavailable' ? 503 : 200).send(answer)
    },
  )
}

/** Asks every dependency at once. */
export async function readiness(checks: readonly HealthCheck[]): Promise<Readiness> {
  const results = await Promise.all(checks.map(probe))
  const failed = checks.filter((_, i) => results[i].status === 'failed')
  const status = failed.some((check) => check.required)
    ? 'unavailable'
    : failed.length > 0
      ? 'degraded'
      : 'ok'
  return { status, checks: Object.fromEntries(checks.map((check, i) => [check.name, results[i]])) }
}

async function probe(check: HealthCheck): Promise<Readiness['checks'][string]> {
  const start = performance.now()
  try {
    const latency = await within(check.ping(), deadlineMs, `${check.name} did not answer`)
    return { status: 'ok', latency_ms: round(latency) }
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error)
    return { status: 'failed', latency_ms: round(performance.now() - start), error: reason }
  }
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}
