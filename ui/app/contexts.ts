import { createContext } from '@lit/context'
import type { Api } from '../api/client.ts'
import type { Session } from '../api/types.ts'
import type { FeedHub } from '../model/feed-hub.ts'
import type { DrawScheduler } from '../model/scheduler.ts'

/** Who is signed in, and how to ask the gateway. */
export interface Access {
  readonly api: Api
  readonly session: Session
}

/** The live side of the page: its feeds and its one drawing order. */
export interface Live {
  readonly hub: FeedHub
  readonly scheduler: DrawScheduler
}

export const accessContext = createContext<Access>('sg-access')
export const liveContext = createContext<Live>('sg-live')
