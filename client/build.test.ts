import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
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

test('its types are made without a complaint, where its manifest says', async () => {
  const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
  const { exports } = JSON.parse(await readFile(path('package.json'), 'utf8'))
  const outDir = await mkdtemp(join(tmpdir(), 'streamgauge-types-'))
  try {
    const tsc = path('../node_modules/.bin/tsc')
    await promisify(execFile)(process.execPath, [tsc, '-p', path('tsconfig.build.json'), '--outDir', outDir])
    assert.match(await readFile(join(outDir, basename(exports['.'].types)), 'utf8'), /createClient/)
  } finally {
    await rm(outDir, { recursive: true })
  }
})
