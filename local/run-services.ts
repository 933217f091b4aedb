import type { Launcher } from './launcher.ts'
import { services } from './services/all.ts'
import type { Service } from './services/service.ts'
import type { Supervised } from './supervise.ts'

/** A backing service to use: a child of ours, or one running elsewhere. */
export interface Running {
  readonly service: Service
  /** As the service's variable takes it. */
  readonly url: string
  /** The service's variable and its companions, as roles read them. */
  readonly environment: Readonly<Record<string, string>>
  /** Absent when it runs elsewhere. */
  readonly child?: Supervised
}

/** What one service does while it gets ready. */
export interface Step {
  say(text: string): void
  done(text?: string): void
  failed(): void
}

export type ServerArguments = Partial<Readonly<Record<Service['name'], (url: string) => readonly string[]>>>

interface Options {
  readonly launcher: Launcher
  readonly env: NodeJS.ProcessEnv
  readonly only?: readonly Service['name'][]
  /** Further arguments of servers, told where they are: for tests that need settings of their own. */
  readonly args?: ServerArguments
  step(title: string): Step
}

/** Gets the backing services ready, all at once; rejects with the LaunchError of the first that can't be. */
export async function runServices(options: Options): Promise<Running[]> {
  const wanted = services.filter(({ name }) => options.only?.includes(name) ?? true)
  return Promise.all(wanted.map((service) => runService(service, options)))
}

async function runService(service: Service, { launcher, env, args, step }: Options): Promise<Running> {
  const external = env[service.variable]
  const progress = step(service.title)
  if (external) {
    progress.done(`given by ${service.variable}`)
    return { service, url: external, environment: given(service, env) }
  }
  try {
    const { home, state } = launcher
    const program = await service.prepare({ home, state, say: progress.say })
    progress.say('starting')
    const more = args?.[service.name]?.(program.url) ?? []
    const child = launcher.start({ ...program, args: [...program.args, ...more] })
    await child.live
    progress.done()
    const environment = { [service.variable]: program.url, ...program.environment }
    return { service, url: program.url, environment, child }
  } catch (error) {
    progress.failed()
    throw error
  }
}

function given({ variable, companions = [] }: Service, env: NodeJS.ProcessEnv): Record<string, string> {
  const values = [variable, ...companions].map((name) => [name, env[name]])
  return Object.fromEntries(values.filter(([, value]) => value))
}
