import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readIfThere } from './files.ts'
import { runTool } from './install/run.ts'
import { codeOf } from './launch-error.ts'
import { root } from './root.ts'

type Built = 'built' | 'unchanged'

/** Builds the dashboard unless the built one is of the same sources. */
export function buildUi(): Promise<Built> {
  return build('ui', 'the dashboard')
}

/** Builds the agent as one file, unless the built one is of the same sources. */
export function buildAgent(): Promise<Built> {
  return build('agent', 'the agent')
}

async function build(folder: 'ui' | 'agent', what: string): Promise<Built> {
  const dist = join(root, folder, 'dist')
  const stamp = hashSources(['package-lock.json', 'core/**/*.ts', `${folder}/**/*.*`])
  if (readIfThere(join(dist, '.stamp')) === stamp) return 'unchanged'
  // Built aside and moved into place: a running gateway never serves half a build.
  const draft = mkdtempSync(join(root, 'node_modules', `.streamgauge-${folder}-`))
  try {
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
    await runTool(process.execPath, [vite, 'build', folder, '--outDir', draft, '--emptyOutDir'], {
      purpose: `Building ${what} with Vite`,
      cwd: root,
    })
    writeFileSync(join(draft, '.stamp'), stamp)
    replaceFolder(draft, dist)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  return 'built'
}

function hashSources(sources: readonly string[]): string {
  const hash = createHash('sha256')
  const files = globSync(sources, {
    cwd: root,
    exclude: (path) => /(^|\/)(dist|node_modules)$|\.test\.ts$/.test(path),
    withFileTypes: false,
  })
  for (const file of files.toSorted())
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

function replaceFolder(draft: string, target: string): void {
  const old = `${draft}-old`
  try {
    if (existsSync(target)) renameSync(target, old)
    renameSync(draft, target)
  } catch (error) {
    // Another launcher was faster with the same sources.
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error) ?? '')) throw error
  } finally {
    rmSync(old, { recursive: true, force: true })
  }
}
