// hadolint comes from a registry of packages, the first time.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { installManifestTools } from '@streamgauge/local/install/manifest-tools.ts'

const dockerfile = fileURLToPath(new URL('Dockerfile', import.meta.url))

/** What hadolint says of a Dockerfile, and whether it is content. */
function lint(program: string, text: string): Promise<{ good: boolean; said: string }> {
  return new Promise((resolve) => {
    const child = execFile(program, ['--no-color', '-'], (error, said) => resolve({ good: !error, said }))
    child.stdin?.end(text)
  })
}

test('hadolint finds nothing in the Dockerfile, and something where there is a fault', async () => {
  const { hadolint } = await installManifestTools(() => undefined)
  const text = readFileSync(dockerfile, 'utf8')
  assert.deepEqual(await lint(hadolint, text), { good: true, said: '' })
  const spoilt = await lint(hadolint, text.replace(/^CMD .*$/m, 'CMD main.ts\nUSER root'))
  assert.match(spoilt.said, /DL3002[\s\S]*DL3025|DL3025[\s\S]*DL3002/)
  assert.ok(!spoilt.good)
})
