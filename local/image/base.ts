import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { acquire } from '../install/acquire.ts'
import { runTool } from '../install/run.ts'
import { LaunchError } from '../launch-error.ts'
import { buildah } from './buildah.ts'

const mmdebstrap = { title: 'mmdebstrap', programs: ['mmdebstrap'], packages: ['mmdebstrap'] }
/** Where Debian is told its sources, the newer form first. */
const sources = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list']

const dockerfile = `FROM scratch
ADD debian.tar /
COPY --from=node node /usr/local/bin/
COPY --from=npm . /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \\
  && useradd --uid 1000 --user-group --create-home node
CMD ["node"]
`

/**
 * Makes what stands in for the base image of the Dockerfile where no registry of images can be reached: this machine's
 * Debian, the Node that runs this and its npm, and the user that the official image has. Returns its name; does
 * nothing when it is there.
 */
export async function makeBase(say: (text: string) => void): Promise<string> {
  const release = readFileSync('/etc/os-release', 'utf8').match(/^VERSION_CODENAME=(\w+)$/m)?.[1]
  const list = sources.find(existsSync)
  const npm = process.env.npm_execpath && dirname(dirname(process.env.npm_execpath))
  if (!release || !list || !npm)
    throw new LaunchError('A base image can be made on Debian, by npm run: here is one of them missing.')
  const name = `localhost/streamgauge-stand-in:${process.versions.node}-${release}`
  if ((await buildah(['images', '--quiet', '--filter', `reference=${name}`], 'Looking for it')) !== '')
    return name

  const folder = mkdtempSync(join(tmpdir(), 'streamgauge-base-'))
  try {
    say(`making Debian ${release} with mmdebstrap`)
    const program = (await acquire(mmdebstrap, say)) ?? 'mmdebstrap'
    const packages = ['--variant=minbase', '--include=libstdc++6,ca-certificates']
    await runTool(program, ['--quiet', ...packages, release, join(folder, 'debian.tar'), list], {
      purpose: 'Making a small Debian with mmdebstrap',
    })
    say('making the base image')
    writeFileSync(join(folder, 'Dockerfile'), dockerfile)
    const contexts = [`node=${dirname(process.execPath)}`, `npm=${npm}`]
    const more = contexts.flatMap((context) => ['--build-context', context])
    await buildah(['build', '--isolation', 'chroot', ...more, '--tag', name, folder], 'Making the base image')
    return name
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
