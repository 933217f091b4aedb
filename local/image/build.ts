import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../root.ts'
import { buildah } from './buildah.ts'

const authorities = '/etc/ssl/certs/ca-certificates.crt'

/**
 * Builds the Dockerfile, or one of its stages, on `base`. `npm ci` in there meets the registry as npm does here: with
 * this user's configuration and the authorities that this machine trusts; neither stays in the image.
 */
export async function buildImage(options: { base: string; name: string; target?: string }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'streamgauge-image-'))
  try {
    const own = join(homedir(), '.npmrc')
    const npmrc = join(folder, 'npmrc')
    writeFileSync(npmrc, `${existsSync(own) ? readFileSync(own, 'utf8') : ''}\ncafile=${authorities}\n`)
    const mounts = [`${npmrc}:/root/.npmrc:ro`, `${authorities}:${authorities}:ro`]
    await buildah(
      [
        // Only this format has a health check.
        ...['build', '--isolation', 'chroot', '--format', 'docker'],
        ...mounts.flatMap((mount) => ['--volume', mount]),
        ...['--build-arg', `NODE_IMAGE=${options.base}`, '--tag', options.name],
        ...(options.target === undefined ? [] : ['--target', options.target]),
        root,
      ],
      `Building ${options.name}`,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
