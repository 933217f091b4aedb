import { Api } from '../api/client.ts'
import type { Gateway } from '../api/gateway.ts'
import { followMotion } from '../app/motion.ts'
import { followVisibility } from '../app/visibility.ts'
import { FeedHub } from '../model/feed-hub.ts'
import { DrawScheduler } from '../model/scheduler.ts'
import { ServerClock } from '../model/server-clock.ts'
import { TenantFeed } from '../model/tenant-feed.ts'

/** What all widgets of a page share that ask the same gateway with the same token. */
export interface Gauge {
  readonly api: Api
  readonly hub: FeedHub
}

const gauges = new Map<string, Gauge>()
let drawing: DrawScheduler | undefined

/** The one drawing order of the page's widgets. */
export function scheduler(): DrawScheduler {
  if (!drawing) {
    drawing = new DrawScheduler()
    followMotion(drawing)
  }
  return drawing
}

/** The gateway and token that widgets name; its streams open with the first widget and close a little after the last. */
export function gaugeOf(gateway: Gateway): Gauge {
  const key = `${gateway.base} ${gateway.token ?? ''}`
  let gauge = gauges.get(key)
  if (!gauge) {
    const clock = new ServerClock()
    const api = new Api(gateway)
    // no poll tells the time: every answer does
    api.onTime = (serverTime, sentAt) => clock.answered(serverTime, sentAt)
    const hub = new FeedHub((tenant) => new TenantFeed({ tenant, clock, gateway }))
    followVisibility(hub)
    gauge = { api, hub }
    gauges.set(key, gauge)
  }
  return gauge
}
