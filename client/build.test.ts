import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import type * as Package from './index.ts'
import { buildModule, startStage } from './testing.ts'

/** What a page loads for it, after gzip; README.md says the same. */
const mostBytes = 4_096

test('the build is one small module without imports, and it sends', async () => {
  using built = await buildModule()
  assert.deepEqual(built.files, ['streamgauge-client.js'])
  assert.doesNotMatch(built.text, /\bimport\b|\brequire\(/)
  const size = gzipSync(built.text, { level: 9 }).length
  assert.ok(size <= mostBytes, `${size} bytes`)
  const { createClient }: typeof Package = await import(pathToFileURL(built.path).href)
  await using stage = await startStage()
  const client = createClient({ url: stage.url, token: 'sg_test' })
  client.send({ metric_name: 'built', value: 1 })
  assert.equal(await client.close(), true)
  assert.equal(stage.seen[0].points[0].metric_name, 'built')
})
