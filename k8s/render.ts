import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTool } from '@streamgauge/local/install/run.ts'
import { parse, parseAllDocuments } from 'yaml'
import type { External, Manifest } from './manifests.ts'

export interface Rendered {
  readonly name: string
  readonly manifests: readonly Manifest[]
  readonly external: External
}

/** Renders overlays as `kubectl apply -k` would, with secrets made for it, in a copy of this folder. */
export async function render(kubectl: string, names: readonly string[]): Promise<Rendered[]> {
  const folder = mkdtempSync(join(tmpdir(), 'streamgauge-k8s-'))
  try {
    for (const part of ['base', 'components', 'overlays'])
      cpSync(join(import.meta.dirname, part), join(folder, part), {
        recursive: true,
        filter: (path) => !path.endsWith('secrets.env'),
      })
    const secrets = [join(import.meta.dirname, 'dev-secrets.ts'), join(folder, 'overlays', 'dev')]
    await runTool(process.execPath, secrets, { purpose: 'Making secrets' })
    return await Promise.all(
      names.map(async (name) => {
        const overlay = join(folder, 'overlays', name)
        const text = await runTool(kubectl, ['kustomize', overlay], { purpose: `Rendering ${name}` })
        const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest)
        return { name, manifests, external: readExternal(join(overlay, 'external.yaml')) }
      }),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readExternal(file: string): External {
  return existsSync(file) ? parse(readFileSync(file, 'utf8')) : { secrets: {} }
}
