import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { testStack } from '@streamgauge/local/stack.ts'
import { migrate } from './migrate.ts'
import { openDatabase } from './pool.ts'

const run = promisify(execFile)
const script = `
  import { migrate } from ${JSON.stringify(new URL('./migrate.ts', import.meta.url))}
  import { openDatabase } from ${JSON.stringify(new URL('./pool.ts', import.meta.url))}
  const db = openDatabase({ url: process.env.DATABASE_URL })
  console.log(JSON.stringify(await migrate(db)))
  await db.close()`

test('several processes at once apply every migration once', async () => {
  await using stack = await testStack()
  const env = { ...process.env, ...stack.env }
  const processes = Array.from({ length: 4 }, () =>
    run(process.execPath, ['--input-type=module', '-e', script], { env }),
  )
  const applied = (await Promise.all(processes)).flatMap(({ stdout }) => JSON.parse(stdout) as string[])
  const db = openDatabase({ url: stack.databaseUrl })
  const rows = await db.query<{ name: string }>(
    'SELECT name FROM schema_migrations WHERE finished_at IS NOT NULL',
  )
  assert.ok(applied.length > 0)
  assert.deepEqual(applied.sort(), rows.map(({ name }) => name).sort())
  assert.deepEqual(await migrate(db), [])
  await db.close()
})

test('a migration that was interrupted goes on after its last statement', async () => {
  await using stack = await testStack()
  const db = openDatabase({ url: stack.databaseUrl })
  const [first] = await migrate(db)
  // As if the process had died between the last statement and its note.
  await db.execute(
    'UPDATE schema_migrations SET finished_at = NULL, statements = statements - 1 WHERE name = ?',
    [first],
  )
  await db.execute('DROP VIEW points')
  assert.deepEqual(await migrate(db), [first])
  assert.deepEqual(await db.query('SELECT * FROM points'), [])
  await db.close()
})

test('a migration that was changed after it had been applied is refused', async () => {
  await using stack = await testStack()
  const db = openDatabase({ url: stack.databaseUrl })
  await migrate(db)
  await db.execute('UPDATE schema_migrations SET hash = UNHEX(SHA2("other", 256))')
  await assert.rejects(migrate(db), /was changed after it had been applied/)
  await db.close()
})
