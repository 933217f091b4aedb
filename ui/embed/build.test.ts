import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { embedBuild, mostBytes } from './build.ts'

const code = await buildModule()

async function buildModule(): Promise<string> {
  const config = embedBuild('dist')
  const built = await build({ ...config, build: { ...config.build, write: false } })
  const outputs = [built].flat().flatMap((bundle) => ('output' in bundle ? bundle.output : []))
  assert.deepEqual(
    outputs.map(({ fileName }) => fileName),
    ['streamgauge.js'],
  )
  const [module] = outputs
  assert.ok(module.type === 'chunk')
  assert.deepEqual(module.imports, [])
  return module.code
}

test(`the module of the widgets is one file of at most ${mostBytes} bytes, gzipped`, () => {
  const { length } = gzipSync(code, { level: 9 })
  assert.ok(length <= mostBytes, `${length} bytes`)
  // smaller than its libraries alone: something has not been built in
  assert.ok(length > 60_000, `${length} bytes`)
})

test('nothing in it makes code from text', () => {
  for (const made of [/\beval\(/, /\bnew Function\b/, /\bFunction\(/])
    assert.ok(!made.test(code), String(made))
})

test('it calls nothing that is newer than the browsers docs/embeds.md names', () => {
  // each came later than all of those in at least one of them
  for (const newer of [
    /\bURL\.parse\(/,
    /\bPromise\.try\(/,
    /\bIterator\.from\(/,
    /\.(values|keys|entries)\(\)\.(map|filter|some|every|find|reduce|toArray)\(/,
  ])
    assert.ok(!newer.test(code), String(newer))
})

test('it names those whose work it passes on', () => {
  const head = code.slice(0, 400)
  assert.match(head, /TradingView Lightweight Charts™.*Apache-2\.0/)
  assert.match(head, /Google LLC, BSD-3-Clause/)
})

test('it has the four elements, and those only that they are made of', () => {
  const defined = [...code.matchAll(/["'`](sg-[a-z-]+)["'`],(?!\{)/g)].map(([, name]) => name)
  assert.deepEqual(defined.sort(), [
    'sg-agent-status',
    'sg-alert-state',
    'sg-alerts',
    'sg-chart',
    'sg-chip',
    'sg-firing',
    'sg-panel',
    'sg-points',
    'sg-stat',
    'sg-status',
  ])
})
