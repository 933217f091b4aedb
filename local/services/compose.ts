import { replaceFile } from '../files.ts'
import { findProgram } from '../install/find.ts'
import { runTool } from '../install/run.ts'
import { LaunchError } from '../launch-error.ts'
import type { Program } from '../supervise.ts'
import type { Context, Service } from './service.ts'

/** How a service runs in a container: the last resort, where neither a program nor a package can be had. */
export interface Container {
  readonly image: string
  readonly command: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** The port inside. */
  readonly port: number
  /** Where the data lives inside. */
  readonly data: string
  /** A folder of this machine that is the data; else a volume. */
  readonly folder?: string
  /** Numbers of user and group to run as. */
  readonly user?: string
}

type Wanted = Pick<Program, 'ping'> & {
  readonly service: Service
  readonly url: string
  /** The port on 127.0.0.1. */
  readonly port: number
  readonly container: Container
  /** Debian packages to name to whoever could install them. */
  readonly packages: readonly string[]
}

/** Runs a service with `docker compose`; throws a LaunchError when there is none: then it can't be had at all. */
export async function compose(wanted: Wanted, { home, say }: Context): Promise<Program & { url: string }> {
  const { service, container, packages } = wanted
  const docker = findProgram('docker')
  const works =
    docker !== undefined &&
    (await runTool(docker, ['compose', 'version'], { purpose: 'Asking for docker compose' }).then(
      () => true,
      () => false,
    ))
  if (!works) {
    throw new LaunchError(
      `${service.title} is not on this machine and can't be installed from here: install it (on Debian as root: ` +
        `apt-get install ${packages.join(' ')}), or install docker compose, or name a running one in ${service.variable}.`,
    )
  }
  say(`starting ${container.image} with docker compose`)
  const file = home.path(`compose-${service.name}.json`) // Compose reads YAML, and JSON is YAML
  replaceFile(file, JSON.stringify(composition(wanted), null, 2))
  const project = `streamgauge-${service.name}-${wanted.port}`
  return {
    name: service.name,
    title: service.title,
    url: wanted.url,
    command: docker,
    args: ['compose', '--file', file, '--project-name', project, 'up', '--no-log-prefix', '--remove-orphans'],
    graceMs: 60_000,
    ping: wanted.ping,
    remedy: 'Check that Docker runs and can fetch images.',
  }
}

function composition({ service, container, port }: Wanted): object {
  const { image, command, environment, data, folder, user } = container
  return {
    services: {
      [service.name]: {
        image,
        command,
        user,
        environment,
        ports: [`127.0.0.1:${port}:${container.port}`],
        volumes: [`${folder ?? 'data'}:${data}`],
      },
    },
    volumes: folder === undefined ? { data: {} } : {},
  }
}
