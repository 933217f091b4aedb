import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'

const root = import.meta.dirname

/** What each folder may import from the others: the table in docs/flow.md. */
const allowed: Record<string, readonly string[]> = {
  core: [],
  adapters: ['core'],
  connectors: ['core', 'adapters'],
  pipeline: ['core', 'adapters'],
  gateway: ['core', 'adapters'],
  ui: ['core'],
  agent: ['core'],
  // A library for programs of others: it carries nothing along.
  client: [],
  features: ['core'],
  cli: ['core', 'adapters', 'pipeline'],
  local: ['core', 'adapters'],
  k8s: ['core', 'local'],
  // It looks at the screen with the eyes of the scenarios: one way to tell when a point is lit.
  bench: ['core', 'adapters', 'connectors', 'pipeline', 'gateway', 'agent', 'client', 'local', 'features'],
}

/** Folders that speak to drivers; the others meet them through adapters. */
const drivers = ['kafkajs', 'mysql2', 'ioredis', 'mqtt', 'nodemailer']
/** The agent is a program of its own, in one file for other machines: adapters belong to the server. */
const ownDrivers: Readonly<Record<string, readonly string[]>> = { agent: ['mqtt'] }
/** Tests and what only they use; they may also start services through the launcher and compose what they test. */
const testCode = /\.test\.ts$|\/(testing|fixture)\.ts$/
/** Imports as the formatter writes them: a statement, its last line, or a call. */
const importLine = /^(?:import|export|\})(?:[^'"`\n]*\bfrom)? ['"]([^'"]+)['"]|\bimport\(['"]([^'"]+)['"]\)/gm
const environmentReaders = /^(main|cli)\.ts$|^(cli|local|features|bench|agent)\/|^ui\/vite\.config\.ts$/

interface Source {
  readonly path: string
  readonly folder: string
  readonly text: string
  readonly imports: readonly string[]
}

const sources = await readSources()

test('folders import each other only in the allowed directions', () => {
  const wrong = sources.flatMap(({ path, folder, imports }) =>
    imports
      .map((specifier) => targetFolder(path, specifier))
      .filter((target) => target !== undefined && target !== folder && !mayImport(path, folder, target))
      .map((target) => `${path} imports ${target}`),
  )
  assert.deepEqual(wrong, [])
})

test('core and client import nothing from outside, not even from Node', () => {
  const wrong = sources.filter(
    ({ folder, path }) =>
      ['core', 'client'].includes(folder) && !testCode.test(path) && !path.endsWith('/vite.config.ts'),
  )
  assert.deepEqual(
    wrong.flatMap(({ path, imports }) =>
      imports.filter((i) => !i.startsWith('.')).map((i) => `${path}: ${i}`),
    ),
    [],
  )
})

test('only adapters import a driver, and the agent that of MQTT', () => {
  const wrong = sources.filter(
    ({ path, folder, imports }) =>
      !['adapters', 'local', 'bench'].includes(folder) &&
      !testCode.test(path) &&
      imports.map(packageName).some((name) => drivers.includes(name) && !ownDrivers[folder]?.includes(name)),
  )
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  )
})

test('every imported package is declared by the folder that imports it', async () => {
  const missing = new Set<string>()
  const common = await declared('.')
  for (const folder of Object.keys(allowed)) {
    const own = await declared(folder)
    for (const { path, imports } of sources.filter((source) => source.folder === folder)) {
      for (const name of imports.filter(isPackage).map(packageName)) {
        if (!own.has(name) && !common.has(name) && !name.startsWith('@streamgauge/'))
          missing.add(`${path}: ${name}`)
      }
    }
  }
  assert.deepEqual([...missing], [])
})

test('only the composition roots read the environment', () => {
  const wrong = sources.filter(
    ({ path, text }) => /process\.env\b/.test(text) && !environmentReaders.test(path) && !testCode.test(path),
  )
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  )
})

function mayImport(path: string, folder: string, target: string): boolean {
  if (allowed[folder] === undefined) return true
  if (allowed[folder].includes(target)) return true
  return testCode.test(path)
}

function targetFolder(path: string, specifier: string): string | undefined {
  const own = /^@streamgauge\/([a-z]+)/.exec(specifier)
  if (own) return own[1]
  if (!specifier.startsWith('.')) return undefined
  const target = relative(root, resolve(root, dirname(path), specifier)).split('/')
  return target.length > 1 ? target[0] : 'root'
}

function isPackage(specifier: string): boolean {
  return !specifier.startsWith('.') && !specifier.startsWith('node:') && !builtinModules.includes(specifier)
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** A folder without a manifest, such as `cli/`, belongs to the root package. */
async function declared(folder: string): Promise<Set<string>> {
  const text = await readFile(join(root, folder, 'package.json'), 'utf8').catch(() => '{}')
  const manifest = JSON.parse(text)
  return new Set([
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.devDependencies ?? {}),
  ])
}

async function readSources(): Promise<Source[]> {
  const inFolders = await Promise.all(
    Object.keys(allowed).map(async (folder) =>
      (await readdir(join(root, folder), { recursive: true })).map((path) => join(folder, path)),
    ),
  )
  const files = [...(await readdir(root)), ...inFolders.flat()]
    .filter((path) => path.endsWith('.ts') && !/\/(node_modules|dist)\//.test(path))
    .sort()
  return Promise.all(
    files.map(async (path) => {
      const text = await readFile(join(root, path), 'utf8')
      const imports = [...text.matchAll(importLine)].map((match) => match[1] ?? match[2])
      return { path, folder: path.includes('/') ? path.split('/')[0] : 'root', text, imports }
    }),
  )
}
