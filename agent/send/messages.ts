import { batchLevel } from '@streamgauge/core/mqtt-topic.ts'
import { isEnrolledAgentId, isTenantName } from '@streamgauge/core/names.ts'

/** A point as POST /api/v1/metrics takes it, without the agent: the topic names it. */
export interface Point {
  readonly metric_name: string
  readonly value: number
  /** Epoch ms. */
  readonly timestamp: number
  readonly tags?: Readonly<Record<string, string>>
}

export interface Topics {
  readonly batch: string
  /** Retained: birth, will and farewell. */
  readonly status: string
}

/** The topics of a login; undefined when the username is not one that enrolment makes, `tenant.agent`. */
export function topicsOf(username: string): Topics | undefined {
  const [tenant, agent, ...more] = username.split('.')
  if (more.length > 0 || !isTenantName(tenant) || !isEnrolledAgentId(agent ?? '')) return undefined
  return { batch: `metrics/${tenant}/${agent}/${batchLevel}`, status: `agents/${tenant}/${agent}/status` }
}

/** One message: the same epoch and seq mean the same message, however often it arrives. */
export function batchPayload(id: { epoch: number; seq: number }, points: readonly Point[]): string {
  return JSON.stringify({ epoch: id.epoch, seq: id.seq, points })
}

/** What a birth tells about the machine and the program. */
export interface About {
  readonly intervalMs: number
  readonly version: string
  readonly inventory: Readonly<Record<string, unknown>>
}

export function birthPayload(epoch: number, at: number, about: About): string {
  const { intervalMs, version, inventory } = about
  const status = { status: 'online', reason: null, epoch, at }
  return JSON.stringify({ ...status, interval_ms: intervalMs, version, inventory })
}

/** `lost` is the broker's to say, as the will of a connection that ended without a word. */
export function farewellPayload(epoch: number, at: number, reason: 'lost' | 'stopped'): string {
  return JSON.stringify({ status: 'offline', reason, epoch, at })
}

/** Halves a list until each part makes a payload of at most `maxBytes`; a single point stays alone, whatever its size. */
export function splitPoints(points: readonly Point[], maxBytes: number): (readonly Point[])[] {
  const fits = Buffer.byteLength(JSON.stringify(points)) + idBytes <= maxBytes && points.length <= maxPoints
  if (points.length < 2 || fits) return [points]
  const middle = points.length >> 1
  return [points.slice(0, middle), points.slice(middle)].flatMap((half) => splitPoints(half, maxBytes))
}

/** What surrounds the points in a payload: two numbers of at most 16 digits and their names. */
const idBytes = 64
/** A record of the log holds ten times as many. */
const maxPoints = 1_000
