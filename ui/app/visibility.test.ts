import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FeedHub } from '../model/feed-hub.ts'
import { ServerClock } from '../model/server-clock.ts'
import { TenantFeed } from '../model/tenant-feed.ts'
import { followVisibility } from './visibility.ts'

test('a tab that is opened in the background lets its stream go until somebody looks', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const page = Object.assign(new EventTarget(), { hidden: true })
  Object.assign(globalThis, { document: page, window: new EventTarget() })
  let open = 0
  const hub = new FeedHub(
    (tenant) =>
      new TenantFeed({
        tenant,
        clock: new ServerClock(() => 0),
        openStream: () => {
          open++
          return { close: () => open--, retryNow: () => {} }
        },
      }),
  )
  const stop = followVisibility(hub)
  hub.acquire('a')
  assert.equal(open, 1)
  t.mock.timers.tick(5_000)
  assert.equal(open, 0)
  page.hidden = false
  page.dispatchEvent(new Event('visibilitychange'))
  assert.equal(open, 1)
  stop()
})
