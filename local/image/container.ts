import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { readIfThere } from '../files.ts'
import { LaunchError } from '../launch-error.ts'
import { buildah } from './buildah.ts'

type Environment = Readonly<Record<string, string>>

/** A container of an image, on this machine's network. */
export interface Container extends AsyncDisposable {
  /** Runs a command in it to its end: its output, or a LaunchError with its last lines. */
  run(command: readonly string[], options?: { env?: Environment; user?: string }): Promise<string>
  /** Starts a program in it that goes on. */
  start(command: readonly string[], env: Environment): Process
}

export interface Process {
  /** SIGTERM to the program itself; resolves to its exit code. */
  stop(): Promise<number>
}

/** Makes a container; disposing of it removes it. */
export async function openContainer(image: string): Promise<Container> {
  const id = await buildah(['from', '--pull-never', image], `Making a container of ${image}`)

  function args(command: readonly string[], env: Environment, user?: string): string[] {
    const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`])
    const as = user === undefined ? [] : ['--user', user]
    return ['run', '--isolation', 'chroot', '--network', 'host', ...variables, ...as, id, '--', ...command]
  }

  return {
    run: (command, { env = {}, user } = {}) => buildah(args(command, env, user), command.join(' ')),
    start(command, env) {
      const child = spawn('buildah', args(command, env), { stdio: 'inherit' })
      const ended = once(child, 'exit')
      return {
        async stop() {
          if (child.pid === undefined) throw new LaunchError('Buildah could not be run.')
          process.kill(programOf(child.pid), 'SIGTERM')
          const [code] = await ended
          return code ?? -1
        },
      }
    },
    async [Symbol.asyncDispose]() {
      await buildah(['rm', id], `Removing a container of ${image}`)
    },
  }
}

/** The process that Buildah runs: itself stands between with others, and passes no signal on. */
function programOf(buildah: number): number {
  const parents = new Map(
    readdirSync('/proc').flatMap((name) => {
      const stat = /^\d+$/.test(name) ? readIfThere(`/proc/${name}/stat`) : undefined
      // The name of the program stands in brackets, and may hold any character.
      const parent = stat?.slice(stat.lastIndexOf(')')).split(' ')[2]
      return parent === undefined ? [] : [[Number(parent), Number(name)] as const]
    }),
  )
  let last = buildah
  for (let child = parents.get(last); child !== undefined; child = parents.get(last)) last = child
  return last
}
