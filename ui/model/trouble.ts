import type { StreamState } from './sse-stream.ts'

/** What keeps a live element from being live, and what happens next. */
export interface Trouble {
  readonly what: string
  readonly next: string
}

/** Puts the state of a stream into words for readers; undefined while nothing is wrong, or not yet. */
export function troubleOf(stream: StreamState, hint?: string): Trouble | undefined {
  if (stream.kind === 'denied') return { what: stream.reason, next: 'Load the page again once that is done.' }
  if (stream.kind === 'crowded') {
    return {
      what: `${stream.most} live streams to this server are open in this browser, and more would leave no connection for anything else.`,
      next: 'It becomes live when another tab or window of it is closed.',
    }
  }
  if (stream.kind === 'waiting') return { what: hint ?? stream.reason, next: 'It is tried again by itself.' }
  return hint === undefined || stream.kind === 'open'
    ? undefined
    : { what: hint, next: 'It is tried again by itself.' }
}
