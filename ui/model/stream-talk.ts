import type { SseEvent } from './sse-parse.ts'
import type { StreamState } from './sse-stream.ts'

/** What tabs that share a stream say to each other; `from` and `to` are ids of theirs. */
export type Talk = { readonly from: string; readonly to?: string } & (
  | {
      /** Reads the stream from now on. */
      readonly kind: 'lead'
    }
  | {
      /** Does so no longer, for another has taken it over. */
      readonly kind: 'quit'
    }
  | {
      /** Wants to follow; everything up to `after` has been seen. */
      readonly kind: 'join'
      readonly after: string | undefined
    }
  | {
      /** May follow: these events lie between `start` and what is said from now on. */
      readonly kind: 'welcome'
      readonly start: string
      readonly events: readonly SseEvent[]
      readonly state: StreamState
      readonly since: number
    }
  | {
      /** Has to read what is missing itself before it can follow. */
      readonly kind: 'refused'
    }
  | { readonly kind: 'event'; readonly event: SseEvent }
  | { readonly kind: 'state'; readonly state: StreamState; readonly since: number }
  | {
      /** Is there anybody? A `state` answers. */
      readonly kind: 'ping'
    }
  | {
      /** A wait between two attempts may end: somebody looks again. */
      readonly kind: 'retry'
    }
)

/** What is said, without who says it. */
export type Saying = Talk extends infer T ? (T extends Talk ? Omit<T, 'from'> : never) : never
