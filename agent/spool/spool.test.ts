import assert from 'node:assert/strict'
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openSpool } from './spool.ts'

/** A folder, and a clock that only moves when told. */
function place(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'streamgauge-spool-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const clock = { now: 1_000_000 }
  const reports: string[] = []
  const open = (bytes = 4 * 1024 * 1024) =>
    openSpool({ folder, bytes, now: () => clock.now, report: (text) => reports.push(text) })
  const segments = () => readdirSync(folder).filter((name) => name.endsWith('.log'))
  return { folder, clock, reports, open, segments }
}

type Spool = ReturnType<typeof openSpool>
const put = (spool: Spool, text = 'x') => spool.append(1, ({ epoch, seq }) => `${epoch}.${seq} ${text}`)
const waiting = (spool: Spool) => spool.undelivered().map((message) => String(spool.read(message)))

test('what was not delivered is there after any end, under its own numbers, and the next epoch is higher', (t) => {
  const { open } = place(t)
  const first = open() // never closed: as after kill -9
  put(first)
  put(first)
  const second = open()
  put(second)
  assert.ok(second.epoch > first.epoch)
  assert.deepEqual(waiting(second), [`${first.epoch}.0 x`, `${first.epoch}.1 x`, `${second.epoch}.0 x`])
})

test('what was delivered is not sent again after a restart, unless it was in the last minute', (t) => {
  const { open, clock } = place(t)
  const spool = open()
  spool.delivered(put(spool))
  const later = put(spool)
  clock.now += 61_000
  spool.delivered(later)
  spool.close()
  const next = open()
  assert.deepEqual(waiting(next), [])
  next.connected()
  assert.deepEqual(waiting(next), [`${spool.epoch}.1 x`])
})

test('a connection that came and went before anything was sent again is remembered over a kill', (t) => {
  const { open, clock } = place(t)
  const spool = open()
  spool.delivered(put(spool))
  spool.connected() // the broker had died, and now the agent is killed
  clock.now += 3_600_000
  assert.deepEqual(waiting(open()), [`${spool.epoch}.0 x`])
})

test('what was replaced or given up never comes again, be it over a connection, a minute or a restart', (t) => {
  const { open, clock } = place(t)
  const spool = open() // never closed: as after kill -9
  const [replaced, given] = [put(spool), put(spool)]
  spool.replaced(replaced)
  spool.drop(given)
  spool.connected()
  assert.deepEqual([waiting(spool), spool.counts().waitingMessages], [[], 0])
  assert.equal(spool.counts().droppedPoints, 1)
  clock.now += 1
  const next = open()
  next.connected()
  assert.deepEqual(waiting(next), [])
})

test('segments go when all in them was delivered a minute ago, oldest first', (t) => {
  const { open, clock, segments } = place(t)
  const spool = open()
  const held = put(spool)
  for (let hour = 0; hour < 5; hour++) {
    clock.now += 3_600_000
    spool.delivered(put(spool))
  }
  assert.equal(segments().length, 6)
  spool.delivered(held)
  clock.now += 61_000
  put(spool)
  clock.now += 1
  spool.delivered(put(spool))
  put(spool)
  assert.ok(segments().length <= 2, String(segments()))
})

test('beyond the cap the oldest goes, is counted in points, and the folder never holds more', (t) => {
  const { open, folder, segments } = place(t)
  const cap = 1024 * 1024
  const spool = open(cap)
  const sizes: number[] = []
  for (let n = 0; n < 300; n++) {
    spool.append(10, ({ epoch, seq }) => `${epoch}.${seq} ${'x'.repeat(10_000)}`)
    sizes.push(segments().reduce((sum, name) => sum + statSync(join(folder, name)).size, 0))
  }
  assert.ok(Math.max(...sizes) <= cap)
  const left = spool.undelivered()
  const { droppedPoints, waitingMessages } = spool.counts()
  assert.equal(waitingMessages, left.length)
  assert.equal(droppedPoints, 10 * (300 - left.length))
  assert.deepEqual(
    left.map(({ seq }) => seq),
    left.map((_, n) => 300 - left.length + n),
  )
  assert.ok(left.length > 85, `only ${left.length} of about 100 that fit`)
})

test('a spool torn at any byte gives every message that was whole', (t) => {
  const { open, folder, segments } = place(t)
  const spool = open()
  const starts = ['a', 'b', 'ü']
    .map((text) => put(spool, text))
    .map(({ offset, length }) => offset + length + 1)
  spool.close()
  const path = join(folder, segments()[0])
  const whole = readFileSync(path)
  for (let at = whole.length; at >= 0; at--) {
    for (const name of segments()) rmSync(join(folder, name))
    writeFileSync(path, whole)
    truncateSync(path, at)
    assert.equal(open().undelivered().length, starts.filter((end) => end <= at).length, `torn at ${at}`)
  }
})

test('a torn end is never written on: what comes next is whole', (t) => {
  const { open, folder, segments } = place(t)
  put(open())
  appendFileSync(join(folder, segments()[0]), 'deadbeef m 1 1 {"half')
  const next = open()
  put(next)
  assert.equal(open().undelivered().length, 2)
})

test('a folder that takes no more keeps the agent going: told once, held in memory, bounded, and counted', (t) => {
  const { open, folder, reports } = place(t)
  const spool = open()
  put(spool)
  rmSync(folder, { recursive: true })
  // The open file takes what is written until it is closed; then there is no folder for the next one.
  for (let n = 0; n < 2; n++) spool.append(1, () => 'x'.repeat(1024 * 1024))
  for (let n = 0; n < 1000; n++) put(spool)
  assert.equal(reports.filter((text) => text.includes("can't be written")).length, 1)
  const left = spool.undelivered()
  assert.equal(String(spool.read(left[left.length - 1])), `${spool.epoch}.1002 x`)
  assert.ok(left.length >= 300 && left.length < 500, String(left.length))
  assert.equal(spool.counts().droppedPoints, 1003 - left.length)
})

test('a full disk is left no empty files, and as much is held in memory as without a disk', (t) => {
  const { open, folder, reports, segments } = place(t)
  const spool = open()
  const paths = Array.from({ length: 1000 }, (_, n) => join(folder, `${spool.epoch}-${n}.log`))
  for (const path of paths) symlinkSync('/dev/full', path)
  for (let n = 0; n < 900; n++) put(spool)
  assert.equal(segments().length, 100, 'each file that could not be written is gone')
  const left = spool.undelivered()
  assert.ok(left.length >= 300 && left.length <= 400, String(left.length))
  assert.equal(spool.counts().droppedPoints, 900 - left.length)
  assert.equal(String(spool.read(left[left.length - 1])), `${spool.epoch}.899 x`)
  assert.equal(reports.length, 1)

  for (const path of paths) rmSync(path, { force: true })
  put(spool)
  assert.match(reports[1], /takes data again/)
  assert.deepEqual(waiting(open()), [`${spool.epoch}.900 x`])
})
