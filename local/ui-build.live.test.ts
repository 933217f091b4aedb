import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from './root.ts'
import { buildUi } from './ui-build.ts'

test('the dashboard is built once for the same sources', async () => {
  await buildUi()
  assert.ok(existsSync(join(root, 'ui', 'dist', 'index.html')))
  assert.equal(await buildUi(), 'unchanged')
})
