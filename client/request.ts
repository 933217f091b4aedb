import { fixed } from './defaults.ts'
import { judge, type Verdict } from './verdict.ts'
import type { Line } from './waiting.ts'

/** Points that go together, the same bytes under the same key however often they are sent. */
export interface Batch {
  /** Number of its first point. */
  readonly first: number
  readonly lines: readonly Line[]
  readonly key: string
  readonly body: string
  readonly bytes: number
  /** Epoch ms. */
  readonly madeAt: number
  /** Made at the first try. */
  packed?: Promise<Uint8Array<ArrayBuffer>>
}

export interface Target {
  readonly url: string
  readonly token: string
}

export function makeBatch(first: number, lines: readonly Line[], now: number): Batch {
  // Not randomUUID: pages without TLS have none.
  const random = crypto.getRandomValues(new Uint8Array(16))
  const key = Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const body = `[${lines.map(({ json }) => json).join(',')}]`
  const bytes = lines.reduce((sum, line) => sum + line.bytes + 1, 1)
  return { first, lines, key, body, bytes, madeAt: now }
}

/** One try. `signal` ends it: what became of it isn't known then. */
export async function sendBatch(target: Target, batch: Batch, signal: AbortSignal): Promise<Verdict> {
  const packs = batch.bytes >= fixed.gzipFromBytes && 'CompressionStream' in globalThis
  try {
    if (packs) batch.packed ??= gzip(batch.body)
    const body = (await batch.packed) ?? batch.body
    const init = post(target, batch, body)
    if (packs) init.headers['content-encoding'] = 'gzip'
    const response = await fetch(target.url, { ...init, signal })
    return judge(response.status, await response.text(), response.headers.get('retry-after'), Date.now())
  } catch (error) {
    return { kind: 'again', retryAfterMs: 0, detail: reasonOf(error) }
  }
}

/** A try that outlives its page. Not packed: there is no time left for that. */
export async function sendLast(target: Target, batch: Batch): Promise<Verdict> {
  try {
    const response = await fetch(target.url, { ...post(target, batch, batch.body), keepalive: true })
    return judge(response.status, await response.text(), response.headers.get('retry-after'), Date.now())
  } catch (error) {
    return { kind: 'again', retryAfterMs: 0, detail: reasonOf(error) }
  }
}

function post({ token }: Target, { key }: Batch, body: string | Uint8Array<ArrayBuffer>) {
  const headers: Record<string, string> = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'idempotency-key': key,
  }
  // A redirect would turn it into a GET, or carry the token elsewhere.
  return { method: 'POST', headers, body, redirect: 'error' as const, credentials: 'omit' as const }
}

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(packed).arrayBuffer())
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}
