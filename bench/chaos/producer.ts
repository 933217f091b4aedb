import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@streamgauge/client/client.ts'
import type { Client, Point } from '@streamgauge/client/types.ts'
import { limits } from '@streamgauge/core/limits.ts'
import type { Random } from '@streamgauge/core/random.ts'
import { type Kind, type Ledger, pointValue, type Sent } from './ledger.ts'
import { startProxy } from './proxy.ts'
import { pulseMetric } from './pulse.ts'

export interface ProducerOptions {
  readonly ledger: Ledger
  readonly tenant: string
  readonly token: string
  /** How old the points are, ms; below 0 they are ahead. */
  readonly ageMs: number
  /** Where to send; asked for each attempt. */
  readonly port: () => number
  readonly random: Random
  readonly requestsPerSecond: number
  readonly pointsPerRequest: number
}

/** Answers that a client doesn't expect of a healthy interface, by what they were. */
export type Surprises = Map<string, number>

const settings = {
  timeoutMs: 10_000,
  /** Shares of requests that the client itself cuts off, in the middle of the body and after it. */
  cutBody: 0.02,
  cutAnswer: 0.02,
  /** Of those that the client library sends, which can't know when: somewhere between first byte and answer. */
  cutClient: 0.2,
  cutClientMs: 15,
  mostRetryMs: 2_000,
  /** A series gets a successor after so many points, so that the dictionary grows all the time. */
  pointsPerSeries: 500,
}

/** Sends points until `signal`; what has a name is sent again until it is acknowledged, as a client should. */
export async function produce(
  options: ProducerOptions,
  signal: AbortSignal,
  surprises: Surprises,
): Promise<void> {
  const { ledger, tenant, random, requestsPerSecond } = options
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  await using way = await startProxy({
    host: '127.0.0.1',
    get port() {
      return options.port()
    },
  })
  const client = openClient(options, way.port, signal, surprises)
  const pauseMs = 1_000 / requestsPerSecond
  let due = performance.now()
  while (!signal.aborted) {
    const kind: Kind = random.pick(['dedupe_id', 'dedupe_id', 'Idempotency-Key', 'client', 'plain'])
    const sent = ledger.issue(tenant, kind, random.between(1, 2 * options.pointsPerRequest - 1))
    if (kind === 'client') {
      if (random.next() < settings.cutClient)
        setTimeout(() => way.cut(), random.between(0, settings.cutClientMs))
      await entrust(client, sent, Date.now() - options.ageMs)
    } else await deliver(options, agent, sent, signal, surprises)
    // After an outage it goes on at its pace, without making up for what was not sent.
    due = Math.max(due + pauseMs, performance.now() - 200)
    await sleep(Math.max(0, due - performance.now()))
  }
  agent.destroy()
}

/** A client that ends with `signal`; whatever is no matter of waiting is a surprise. */
function openClient(
  { token }: ProducerOptions,
  port: number,
  signal: AbortSignal,
  surprises: Surprises,
): Client {
  const note = (status: number | undefined, code: string | undefined) => {
    const text = `${status} ${code}`
    surprises.set(text, (surprises.get(text) ?? 0) + 1)
  }
  return createClient({
    url: `http://127.0.0.1:${port}`,
    token,
    signal,
    maxPoints: limits.pointsPerRequest,
    requestTimeoutMs: settings.timeoutMs,
    onRetry: ({ status, code }) => {
      if (![429, 503, undefined].includes(status)) note(status, code)
    },
    onRefused: ({ items }) => note(422, items[0]?.code),
    onDropped: ({ reason, status, code }) => {
      if (reason !== 'closed') note(status, code ?? reason)
    },
  })
}

/** Leaves a request to the client, which says when all of it is acknowledged. */
async function entrust(client: Client, sent: Sent, timestamp: number): Promise<void> {
  const { accepted } = client.stats
  client.send(pointsOf(sent, timestamp))
  await client.flush()
  if (client.stats.accepted - accepted === sent.count) sent.state = 'acknowledged'
}

async function deliver(
  options: ProducerOptions,
  agent: Agent,
  sent: Sent,
  signal: AbortSignal,
  surprises: Surprises,
): Promise<void> {
  const body = Buffer.from(JSON.stringify(pointsOf(sent, Date.now() - options.ageMs)))
  for (let attempt = 1; ; attempt++) {
    const answer = await post(options, agent, sent, body)
    if (answer.status === 202) {
      sent.state = 'acknowledged'
      return
    }
    if (![202, 429, 503, undefined].includes(answer.status)) {
      const text = `${answer.status} ${answer.code}`
      surprises.set(text, (surprises.get(text) ?? 0) + 1)
    }
    if (sent.kind === 'plain') {
      // Only these say for sure that nothing is stored.
      if (answer.cut === 'body' || (answer.status !== undefined && answer.code !== 'LOG_UNCERTAIN'))
        sent.state = 'refused'
      return
    }
    if (signal.aborted) return
    const waitMs = answer.retryAfterMs ?? Math.min(settings.mostRetryMs, 50 * 2 ** attempt)
    await sleep(Math.min(settings.mostRetryMs, waitMs))
  }
}

function pointsOf(sent: Sent, timestamp: number): Point[] {
  const { kind, first, count } = sent
  return Array.from({ length: count }, (_, i) => {
    const point = first + i
    const epoch = { epoch: String(Math.floor(point / settings.pointsPerSeries)) }
    return {
      ...(i === 0
        ? { metric_name: pulseMetric }
        : { metric_name: 'load', agent_id: `a-${point % 3}`, tags: epoch }),
      timestamp,
      value: pointValue(sent, point),
      ...(kind === 'dedupe_id' && { dedupe_id: `point-${point}` }),
    }
  })
}

interface Answer {
  readonly status?: number
  readonly code?: string
  readonly retryAfterMs?: number
  readonly cut?: 'body' | 'answer'
}

/** One attempt; without a status nobody knows what became of it, unless its body was cut. */
function post(options: ProducerOptions, agent: Agent, sent: Sent, body: Buffer): Promise<Answer> {
  const { random, token } = options
  const draw = random.next()
  const cut =
    draw < settings.cutBody ? 'body' : draw < settings.cutBody + settings.cutAnswer ? 'answer' : undefined
  return new Promise((resolve) => {
    const outgoing = request({
      agent,
      host: '127.0.0.1',
      port: options.port(),
      method: 'POST',
      path: '/api/v1/metrics',
      timeout: settings.timeoutMs,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': body.length,
        ...(sent.kind === 'Idempotency-Key' && { 'idempotency-key': `request-${sent.first}` }),
      },
    })
    outgoing.on('timeout', () => outgoing.destroy())
    outgoing.on('error', () => resolve({ cut }))
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('error', () => undefined)
      response.on('close', () => {
        if (!response.complete) return resolve({ cut: 'answer' })
        const retryAfter = response.headers['retry-after']
        resolve({
          status: response.statusCode,
          code: codeOf(Buffer.concat(chunks).toString()),
          ...(retryAfter !== undefined && { retryAfterMs: Number(retryAfter) * 1_000 }),
        })
      })
    })
    if (cut === 'body') {
      outgoing.write(body.subarray(0, body.length >> 1), () => outgoing.destroy())
    } else {
      outgoing.end(body, () => {
        if (cut === 'answer') setTimeout(() => outgoing.destroy(), random.between(0, 5))
      })
    }
  })
}

function codeOf(text: string): string | undefined {
  try {
    return JSON.parse(text).code
  } catch {
    return undefined
  }
}
