import { setTimeout as sleep } from 'node:timers/promises'
import { startGuard } from './guard.ts'
import { type Home, openHome } from './home.ts'
import { type Identity, identify, isRunning } from './identity.ts'
import { LaunchError } from './launch-error.ts'
import { lockHome } from './lock.ts'
import { openState, type State } from './state.ts'
import { type Program, type Supervised, supervise } from './supervise.ts'

/** How long children of a killed launcher may take to leave before they are ended, ms. */
const staleGraceMs = 20_000

/** Runs programs on one data folder, which it holds alone. */
export interface Launcher {
  readonly home: Home
  readonly state: State
  start(program: Program): Supervised
  /** Rejects with a LaunchError once one of the programs is given up. */
  readonly givenUp: Promise<never>
  /** Stops everything, last started first, and lets go of the data folder. */
  close(): Promise<void>
  /** Ends everything at once. */
  kill(): void
}

interface Options {
  /** The data folder. */
  readonly dir: string
  /** Something happened that the person at the terminal should know. */
  report(text: string): void
  /** A child started or ended. */
  changed?(): void
}

/** Takes the data folder, ends what a killed launcher left behind, and is ready to start programs. */
export async function openLauncher({ dir, report, changed }: Options): Promise<Launcher> {
  const home = openHome(dir)
  const unlock = lockHome(home)
  const state = await settle(home).catch((error) => {
    unlock()
    throw error
  })
  const guard = startGuard()
  const givenUp = Promise.withResolvers<never>()
  givenUp.promise.catch(() => undefined)
  const running: Supervised[] = []
  let closing = false

  function onPid(name: string, pid: number | undefined): void {
    state.set('children', name, pid === undefined ? undefined : identify(pid))
    changed?.()
  }

  return {
    home,
    state,
    givenUp: givenUp.promise,
    start(program) {
      if (closing)
        throw new LaunchError(`${program.title} is not started any more: the launcher is stopping.`)
      const child = supervise(program, {
        guard,
        logFile: (name) => home.path('logs', `${name}.log`),
        onPid,
        report,
      })
      child.givenUp.catch(givenUp.reject)
      running.push(child)
      return child
    },
    async close() {
      closing = true
      for (const child of running.toReversed()) await child.stop()
      guard.close()
      unlock()
    },
    kill() {
      for (const child of running) child.kill()
    },
  }
}

async function settle(home: Home): Promise<State> {
  const state = openState(home)
  await endStale(state)
  return state
}

/** Ends the children of a launcher that was killed, where its guard has not done so yet. */
async function endStale(state: State): Promise<void> {
  const deadline = Date.now() + staleGraceMs
  const stale = Object.values(state.data.children).filter(isRunning)
  for (const child of stale) signal(child, 'SIGTERM')
  while (stale.some(isRunning) && Date.now() < deadline) await sleep(50)
  for (const child of stale) signal(child, 'SIGKILL')
  for (const name of Object.keys(state.data.children)) state.set('children', name, undefined)
}

function signal(child: Identity, name: NodeJS.Signals): void {
  if (!isRunning(child)) return
  process.kill(-child.pid, name)
  process.kill(-child.pid, 'SIGCONT')
}
