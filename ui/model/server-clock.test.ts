import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServerClock } from './server-clock.ts'

/** A server whose clock is 5000 ms ahead; times are local. */
function setup() {
  let local = 0
  const clock = new ServerClock(() => local)
  return {
    offset: () => clock.now() - local,
    /** A round trip: sent, stamped and answered at these local times. */
    trip(sentAt: number, stampedAt: number, answeredAt: number, ahead = 5000) {
      local = answeredAt
      clock.answered(stampedAt + ahead, sentAt)
    },
    event(receivedAt: number, arrivedAt: number, ahead = 5000) {
      local = arrivedAt
      clock.arrived(receivedAt + ahead)
    },
  }
}

test('a slow round trip is not believed over a quick one, before it or after it', () => {
  const s = setup()
  s.trip(1000, 1900, 2000)
  assert.equal(s.offset(), 5400)
  s.trip(3000, 3005, 3010)
  assert.equal(s.offset(), 5000)
  s.trip(5000, 5900, 6000)
  assert.equal(s.offset(), 5000)
})

test('what arrives narrows the estimate: nothing comes before it was sent', () => {
  const s = setup()
  s.trip(1000, 1100, 1200)
  s.event(1500, 1504)
  assert.equal(s.offset(), (4996 + 5100) / 2)
  s.event(1600, 1900)
  assert.equal(s.offset(), (4996 + 5100) / 2)
})

test('before the first answer an event says the least that the offset can be', () => {
  const s = setup()
  s.event(1000, 1010)
  assert.equal(s.offset(), 4990)
})

test('a clock that has been set is followed', () => {
  const s = setup()
  s.trip(1000, 1005, 1010)
  s.trip(3000, 3005, 3010, 9000)
  assert.equal(s.offset(), 9000)
  s.trip(5000, 5005, 5010, 2000)
  assert.equal(s.offset(), 2000)
})
