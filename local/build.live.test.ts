import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { buildAgent, buildUi } from './build.ts'
import { root } from './root.ts'

test('the dashboard is built once for the same sources', async () => {
  await buildUi()
  assert.ok(existsSync(join(root, 'ui', 'dist', 'index.html')))
  assert.equal(await buildUi(), 'unchanged')
})

test('the agent is built once for the same sources, as one file', async () => {
  await buildAgent()
  assert.ok(existsSync(join(root, 'agent', 'dist', 'streamgauge-agent.js')))
  assert.equal(await buildAgent(), 'unchanged')
})
