import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestStack, testStack } from '@streamgauge/local/stack.ts'
import { type Claim, claimKey, findElsewhere, insertClaims } from './dedupe.ts'
import { migrate } from './migrate.ts'
import { addPartitions } from './partitions.ts'
import { type Connection, type Database, openDatabase } from './pool.ts'
import { loadRaw, RowsRefused } from './raw.ts'
import { findSeries, insertSeries, seriesKey } from './series.ts'

let stack: TestStack
let db: Database

before(async () => {
  stack = await testStack()
  db = openDatabase({ url: stack.databaseUrl })
  await migrate(db)
  await withConnection(async (connection) => {
    await addPartitions(connection, 'metrics_raw', [{ name: 'p1', lessThan: 1_000_000 }])
    await addPartitions(connection, 'dedupe', [
      { name: 'b10', lessThan: 11 },
      { name: 'b11', lessThan: 12 },
      { name: 'b12', lessThan: 13 },
    ])
  })
})
after(async () => {
  await db.close()
  await stack[Symbol.asyncDispose]()
})

async function withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await db.connection()
  try {
    return await work(connection)
  } finally {
    connection.destroy()
  }
}

function claims(numbers: number[], bucket = 10): Claim[] {
  return numbers.map((n) => {
    const id = Buffer.alloc(16)
    id.writeUInt32BE(n, 12)
    return { tenantId: 1, id, bucket, position: n }
  })
}

test('INSERT IGNORE … RETURNING answers exactly the rows that it inserted', async () => {
  const even = Array.from({ length: 2_500 }, (_, i) => i * 2)
  const all = Array.from({ length: 5_000 }, (_, i) => i)
  await withConnection(async (connection) => {
    assert.equal((await insertClaims(connection, claims(even))).size, even.length)
    const inserted = await insertClaims(connection, claims(all))
    assert.deepEqual(inserted, new Set(claims(all.filter((n) => n % 2 === 1)).map(claimKey)))
    assert.equal((await insertClaims(connection, claims(all))).size, 0)
  })
})

test('an id is found in every other bucket, whatever bytes it has', async () => {
  const [claim] = claims([7_777], 11)
  const bytes: Claim = {
    ...claim,
    id: Buffer.from('\\\'"\0\n%_\u00ff--;/*'.slice(0, 15).padEnd(15, 'x'), 'latin1'),
  }
  const odd = { ...bytes, id: Buffer.concat([bytes.id.subarray(0, 15), Buffer.of(0)]) }
  await withConnection(async (connection) => {
    await insertClaims(connection, [claim, odd])
    const range = { oldest: 8, newest: 12 }
    const seen = await findElsewhere(connection, [claim, odd], { ...range, bucket: 12 })
    assert.deepEqual(seen, new Set([claim, odd].map(claimKey)))
    assert.equal((await findElsewhere(connection, [claim, odd], { ...range, bucket: 11 })).size, 0)
  })
})

test('every double survives the way through LOAD DATA, but for the sign of zero', async () => {
  const values = [
    -0,
    0,
    5e-324,
    -5e-324,
    2.2250738585072014e-308,
    1.7976931348623157e308,
    -1.7976931348623157e308,
    0.1,
    0.30000000000000004,
    123456789.12345678,
    1e21,
    1e-7,
    9007199254740991,
    4.35,
    2 / 3,
    1e300 / 3,
  ]
  const text = values.map((value, i) => `1\t${i}\t${i}\t${value}\n`).join('')
  await withConnection((connection) => loadRaw(connection, Buffer.from(text), values.length))
  const rows = await db.query<{ value: number }>('SELECT value FROM metrics_raw ORDER BY position')
  for (const [i, { value }] of rows.entries()) {
    assert.ok(value === values[i], `${values[i]} came back as ${value}`)
  }
})

test('rows that MariaDB leaves out in silence are told with the reason', async () => {
  const at = (ts: number, position: number, value = '1') =>
    Buffer.from(`2\t1\t900\t1\n2\t${ts}\t${position}\t${value}\n`)
  const cases: [Buffer, number][] = [
    [at(2_000_000, 901), 1526], // no partition
    [at(1, 900), 1062], // the same key twice
  ]
  for (const [data, code] of cases) {
    await withConnection(async (connection) => {
      await connection.begin()
      await assert.rejects(loadRaw(connection, data, 2), (error) => {
        assert.ok(error instanceof RowsRefused)
        assert.deepEqual([error.sent, error.affected, [...error.codes]], [2, 1, [code]])
        return true
      })
    })
  }
  assert.deepEqual(await db.query('SELECT * FROM metrics_raw WHERE series_id = 2'), [], 'rolled back')
})

test('a series whose transaction is rolled back gets another row later', async () => {
  const wanted = { tenantId: 1, id: Buffer.alloc(16, 9), metric: 'cpu', agent: null, tags: '{}' }
  await withConnection(async (connection) => {
    await connection.begin()
    await insertSeries(connection, [wanted], 1)
    await connection.rollback()
    assert.equal((await findSeries(connection, [wanted])).size, 0)
    const ids = await insertSeries(connection, [wanted], 1)
    assert.deepEqual(await findSeries(connection, [wanted]), ids)
    assert.equal(ids.has(seriesKey(wanted)), true)
  })
})
