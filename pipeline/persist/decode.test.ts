import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decode } from './decode.ts'
import { batchOf, recordOf } from './fixture.ts'

const now = batchOf().received

test('a batch as the connectors write it is read', () => {
  const batch = batchOf({ series: [['a', 'web-1', { region: 'eu' }]], x: [-0.5], ids: ['e1'], id: 'r1' })
  assert.deepEqual(decode(recordOf(batch), now), { ok: true, batch })
})

test('a clock that runs ahead by less than a day is believed', () => {
  assert.ok(decode(recordOf(batchOf({ received: now + 24 * 3_600_000 })), now).ok)
})

test('a foreign record is dead with a reason, never a crash', () => {
  const flaws: [what: unknown, reason: RegExp][] = [
    ['', /not JSON/],
    ['{"v":1', /not JSON/],
    ['null', /not an object/],
    ['[]', /version/],
    [batchOf({ v: 2 as 1 }), /version 2/],
    [{ ...batchOf(), tenant: 7 }, /tenant/],
    [{ ...batchOf(), received: -1 }, /received/],
    [batchOf({ received: now + 24 * 3_600_000 + 1 }), /received/],
    [{ ...batchOf(), id: 5 }, /id/],
    [{ ...batchOf(), series: [['cpu', null]] }, /series/],
    [{ ...batchOf(), series: [['cpu', null, { a: 1 }]] }, /series/],
    [{ ...batchOf(), series: [[1, null, {}]] }, /series/],
    [{ ...batchOf(), s: 'no' }, /not a list/],
    [{ ...batchOf(), x: [] }, /differ in length/],
    [{ ...batchOf(), s: [1] }, /s\[0\] names no series/],
    [{ ...batchOf(), s: [0.5] }, /s\[0\]/],
    [{ ...batchOf(), t: [now + 25 * 3_600_000] }, /t\[0\]/],
    [{ ...batchOf(), t: [1.5] }, /t\[0\]/],
    [{ ...batchOf(), x: ['1'] }, /x\[0\]/],
    ['{"v":1,"tenant":"a","received":1,"series":[["c",null,{}]],"s":[0],"t":[1],"x":[1e999]}', /x\[0\]/],
    [{ ...batchOf(), ids: [] }, /ids/],
    [{ ...batchOf(), ids: [1] }, /ids/],
    [' '.repeat(800 * 1024), /bytes/],
  ]
  for (const [what, reason] of flaws) {
    const decoded = decode(recordOf(what as string), now)
    assert.ok(!decoded.ok, String(reason))
    assert.match(decoded.reason, reason)
  }
})
