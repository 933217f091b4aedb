import assert from 'node:assert/strict'
import { access, readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')

test('every relative link in the documentation leads to a file', async () => {
  const broken: string[] = []
  for (const path of await pages()) {
    const text = await readFile(path, 'utf8')
    for (const [, target] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      const found = await access(join(dirname(path), target)).then(
        () => true,
        () => false,
      )
      if (!found) broken.push(`${relative(root, path)} → ${target}`)
    }
  }
  assert.deepEqual(broken, [])
})

async function pages(): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(root, { withFileTypes: true })) {
    if (entry.isFile() && entry.name.endsWith('.md')) found.push(join(root, entry.name))
    if (!entry.isDirectory() || entry.name === 'node_modules' || entry.name.startsWith('.')) continue
    for (const path of await readdir(join(root, entry.name), { recursive: true })) {
      if (path.endsWith('.md') && !path.includes('node_modules')) found.push(join(root, entry.name, path))
    }
  }
  return found
}
