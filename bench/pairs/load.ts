import { setTimeout as sleep } from 'node:timers/promises'
import { type Ledger, pointValue, type Sent } from '../chaos/ledger.ts'
import type { PairTenant } from './pairs.ts'

/** A stream of points that tells a ledger what it sent and what it was answered. */
export interface Load {
  /** What no client may ever be answered. */
  readonly complaints: readonly string[]
  /** Answers of 503 with Retry-After. */
  readonly refusals: number
  /** Sends nothing new and resolves when everything that has a name is acknowledged. */
  finish(): Promise<void>
}

interface Pace {
  /** How often, ms. */
  readonly everyMs: number
  /** Points each time. */
  readonly points: number
}

const settings = { mostRetryMs: 1_000, patienceMs: 60_000 }

/** Posts points as a careful client does: with a key and again after a 503, every third request without and once. */
export function post(ledger: Ledger, url: string, tenant: PairTenant, { everyMs, points }: Pace): Load {
  const complaints: string[] = []
  const stopping = new AbortController()
  let refusals = 0

  async function deliver(sent: Sent): Promise<void> {
    const body = JSON.stringify(pointsOf(sent))
    const end = Date.now() + settings.patienceMs
    while (Date.now() < end) {
      const answer = await fetch(`${url}/api/v1/metrics`, {
        method: 'POST',
        body,
        headers: {
          authorization: `Bearer ${tenant.token}`,
          'content-type': 'application/json',
          ...(sent.kind === 'Idempotency-Key' && { 'idempotency-key': `request-${sent.first}` }),
        },
      }).catch((error) => void complaints.push(`${error} ${error.cause ?? ''}`))
      if (!answer) return
      const { code } = (await answer.json()) as { code?: string }
      if (answer.status === 202) {
        sent.state = 'acknowledged'
        return
      }
      const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN)
      if (answer.status !== 503 || Number.isNaN(retryAfter)) {
        complaints.push(`${answer.status} ${code}`)
        return
      }
      refusals++
      if (sent.kind === 'plain') {
        if (code !== 'LOG_UNCERTAIN') sent.state = 'refused'
        return
      }
      await sleep(Math.min(settings.mostRetryMs, retryAfter * 1_000))
    }
    complaints.push(`request ${sent.first} was not taken within ${settings.patienceMs} ms`)
  }

  async function run(): Promise<void> {
    const underWay = new Set<Promise<void>>()
    const start = performance.now()
    for (let turn = 0; !stopping.signal.aborted; turn++) {
      const kind = turn % 3 === 2 ? 'plain' : 'Idempotency-Key'
      const delivery: Promise<void> = deliver(ledger.issue(tenant.name, kind, points)).finally(() =>
        underWay.delete(delivery),
      )
      underWay.add(delivery)
      const waitMs = Math.max(0, start + (turn + 1) * everyMs - performance.now())
      await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
    await Promise.all(underWay)
  }

  const running = run()
  return {
    complaints,
    get refusals() {
      return refusals
    },
    finish() {
      stopping.abort()
      return running
    },
  }
}

interface Device {
  publishAsync(topic: string, payload: string, options: { qos: 1 }): Promise<unknown>
}

/** Publishes single messages, each with a sequence number: what is sent again is counted once. */
export function publish(
  ledger: Ledger,
  client: Device,
  topic: { tenant: string; agent: string },
  { everyMs, points }: Pace,
): Load {
  const epoch = Date.now()
  const complaints: string[] = []
  const underWay: Promise<void>[] = []
  const timer = setInterval(() => {
    for (let i = 0; i < points; i++) underWay.push(deliver(ledger.issue(topic.tenant, 'dedupe_id', 1)))
  }, everyMs)

  async function deliver(sent: Sent): Promise<void> {
    const payload = JSON.stringify({ value: pointValue(sent, sent.first), epoch, seq: sent.first })
    await client.publishAsync(`metrics/${topic.tenant}/${topic.agent}/load`, payload, { qos: 1 })
    sent.state = 'acknowledged'
  }

  return {
    complaints,
    refusals: 0,
    async finish() {
      clearInterval(timer)
      await Promise.all(underWay).catch((error) => complaints.push(String(error)))
    },
  }
}

function pointsOf(sent: Sent) {
  const { first, count } = sent
  const timestamp = Date.now()
  return Array.from({ length: count }, (_, i) => ({
    metric_name: 'load',
    agent_id: `a-${i % 10}`,
    timestamp,
    value: pointValue(sent, first + i),
  }))
}
