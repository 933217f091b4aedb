import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import type * as Package from './index.ts'
import { startStage } from './testing.ts'

/** What a page loads for it, after gzip; README.md says the same. */
const mostBytes = 4_096

test('the build is one small module without imports, and it sends', async () => {
  const outDir = mkdtempSync(join(tmpdir(), 'streamgauge-client-'))
  try {
    const configFile = join(import.meta.dirname, 'vite.config.ts')
    await build({ configFile, logLevel: 'silent', build: { outDir } })
    assert.deepEqual(readdirSync(outDir), ['streamgauge-client.js'])
    const file = join(outDir, 'streamgauge-client.js')
    const text = readFileSync(file)
    assert.doesNotMatch(text.toString(), /\bimport\b|\brequire\(/)
    const size = gzipSync(text, { level: 9 }).length
    assert.ok(size <= mostBytes, `${size} bytes`)
    const { createClient }: typeof Package = await import(pathToFileURL(file).href)
    await using stage = await startStage()
    const client = createClient({ url: stage.url, token: 'sg_test' })
    client.send({ metric_name: 'built', value: 1 })
    assert.equal(await client.close(), true)
    assert.equal(stage.seen[0].points[0].metric_name, 'built')
  } finally {
    rmSync(outDir, { recursive: true })
  }
})
