import { acquire } from '../install/acquire.ts'
import { runTool } from '../install/run.ts'
import { LaunchError } from '../launch-error.ts'

/** Builds and runs images without a container engine, and without namespaces: as root, where there may be none. */
const wanted = { title: 'Buildah', programs: ['buildah'], packages: ['buildah'] }

/** Finds or installs it; throws a LaunchError where it can't be had. */
export async function acquireBuildah(say: (text: string) => void): Promise<string> {
  const program = await acquire(wanted, say)
  if (program !== undefined && process.getuid?.() === 0) return program
  throw new LaunchError(
    'Images are tried with Buildah, by root: on Debian it is installed, elsewhere install it.',
  )
}

/** Runs Buildah to its end and returns what it says. */
export async function buildah(args: readonly string[], purpose: string): Promise<string> {
  return (await runTool('buildah', ['--log-level', 'error', ...args], { purpose })).trim()
}

/** What an image says of itself, as orchestrators read it. */
export interface ImageFacts {
  readonly user: string
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly healthCheck: readonly string[]
  readonly bytes: number
}

export async function inspect(image: string): Promise<ImageFacts> {
  const { Docker } = JSON.parse(await buildah(['inspect', '--type', 'image', image], `Looking at ${image}`))
  const [{ size }] = JSON.parse(await buildah(['images', '--json', image], `Looking at ${image}`))
  const { User, Entrypoint, Cmd, Healthcheck } = Docker.config
  return {
    user: User,
    entrypoint: Entrypoint ?? [],
    command: Cmd ?? [],
    healthCheck: Healthcheck?.Test ?? [],
    bytes: sizeOf(size),
  }
}

/** Such as `293 MB`, as Buildah writes it. */
function sizeOf(text: string): number {
  const [, number, unit] = /^([\d.]+) ([KMG]?)B$/.exec(text) ?? []
  return Number(number) * 1000 ** ['', 'K', 'M', 'G'].indexOf(unit)
}
