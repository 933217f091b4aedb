import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { compressFiles } from './compress.ts'

test('text that is worth it lies there compressed as well, in every folder', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'streamgauge-compress-'))
  t.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'embed', 'v1'), { recursive: true })
  const code = 'export const n = 1\n'.repeat(500)
  writeFileSync(join(folder, 'embed', 'v1', 'module.js'), code)
  writeFileSync(join(folder, 'small.css'), 'a {}')
  writeFileSync(join(folder, 'font.woff2'), code)
  assert.equal(await compressFiles(folder), 1)
  const made = join(folder, 'embed', 'v1', 'module.js')
  assert.equal(brotliDecompressSync(readFileSync(`${made}.br`)).toString(), code)
  assert.equal(gunzipSync(readFileSync(`${made}.gz`)).toString(), code)
  assert.deepEqual(readdirSync(folder).sort(), ['embed', 'font.woff2', 'small.css'])
})
