import { limits } from '@streamgauge/core/limits.ts'
import { type Ration, RationedStream } from './rationed-stream.ts'
import { SharedStream } from './shared-stream.ts'
import { SseStream, type StreamHandle, type StreamOptions } from './sse-stream.ts'

/** Who reads: those that read one address as the same share a stream. */
export interface StreamReader {
  /** The token, or a word for the session in the cookie; it does not leave this tab. */
  readonly credential: string
}

/**
 * Opens a stream as sparingly as the browser allows: one for all its tabs; where a page came by plain HTTP from
 * another machine there are no Web Locks, and each tab has a stream of its own. Either way no more are open to one
 * server than HTTP/1.1 leaves connections for.
 */
export function openStream(options: StreamOptions, reader: StreamReader): StreamHandle {
  const address = new URL(options.url, globalThis.location?.href)
  const ration = { origin: address.origin, most: streamsAtOnce(address.origin) }
  const { locks } = globalThis.navigator ?? {}
  if (!locks) return openItself(options, { ...ration, since: Date.now() })
  return new SharedStream({
    ...options,
    name: `streamgauge ${address.href} ${fingerprint(reader.credential)}`,
    locks,
    open: (own, since) => openItself(own, { ...ration, since }),
  })
}

function openItself(options: StreamOptions, ration: Ration): StreamHandle {
  return Number.isFinite(ration.most) ? new RationedStream(options, ration) : new SseStream(options)
}

/** HTTP/2 and 3 carry any number of streams in one connection; a page knows of its own server what it speaks. */
function streamsAtOnce(origin: string): number {
  if (origin !== globalThis.location?.origin) return limits.streamsPerBrowser
  const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  return /^h[23]/.test(page?.nextHopProtocol ?? '') ? Number.POSITIVE_INFINITY : limits.streamsPerBrowser
}

/** Tells credentials apart and gives none away: names of locks can be listed (FNV-1a, twice 32 bits). */
function fingerprint(text: string): string {
  return [0x811c9dc5, 0x01000193].map((start) => fnv(text, start).toString(16)).join('')
}

function fnv(text: string, start: number): number {
  let hash = start
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
