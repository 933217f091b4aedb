import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { tools } from './tools.ts'

test('the documentation lists every tool, with what it does and who may, and no other', () => {
  const page = readFileSync(new URL('../../docs/mcp.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `(\w+)` \| (.+) \| (\w+) \|$/gm)].map(([, ...cells]) => cells)
  assert.deepEqual(
    rows,
    tools.map(({ name, title, scope }) => [name, title, scope]),
  )
})

test('a tool that lists, gets or queries changes nothing, and every other says what it changes', () => {
  for (const { name, changes } of tools) {
    assert.equal(changes === undefined, /^(list|get|query)_/.test(name), name)
  }
})
