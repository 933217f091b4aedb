import { join } from 'node:path'
import type { Guard } from '@streamgauge/local/guard.ts'
import { root } from '@streamgauge/local/root.ts'
import { supervise } from '@streamgauge/local/supervise.ts'
import { poll } from '../poll.ts'
import { isFrozen } from '../proc.ts'

/** A place for one role process, which the local launcher's supervisor keeps running. */
export interface Slot {
  readonly name: string
  readonly port: number
  /** How many of its processes have ended. */
  readonly ended: number
  /** How many of them were killed, by us or at a fail point. */
  readonly killed: number
  /** From the start of the last process that became live until it was, ms. */
  readonly startMs: number
  /** Sends a signal to the process; false when there is none at the moment. */
  signal(name: NodeJS.Signals): boolean
  /** Gives each of the next processes started here a fail point to die at. */
  failAt(points: readonly string[]): void
  /** Resolves when at least `count` processes have ended, or were killed; to false after `withinMs`. */
  endedTimes(count: number, withinMs: number): Promise<boolean>
  killedTimes(count: number, withinMs: number): Promise<boolean>
  /** Resolves when the process is frozen, by us or at a fail point; to false after `withinMs`. */
  frozen(withinMs: number): Promise<boolean>
  readonly live: Promise<void>
  stop(): Promise<void>
}

export interface SlotOptions {
  readonly name: string
  readonly role: string
  readonly port: number
  readonly env: NodeJS.ProcessEnv
  /** For logs and member ids. */
  readonly folder: string
  readonly guard: Guard
  report(text: string): void
}

/** More than the 20 s that roles take to drain. */
const graceMs = 25_000

/** Starts main.ts in a role, and again whenever it ends. */
export function openSlot({ name, role, port, env, folder, guard, report }: SlotOptions): Slot {
  const due: string[] = []
  let ended = 0
  let killed = 0
  let startMs = 0
  let spawned: { pid: number; at: number } | undefined
  const own = {
    ...env,
    HTTP_PORT: String(port),
    // As `npm start` does for its roles.
    KAFKA_MEMBER_FOLDER: join(folder, `${name}.members`),
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  }
  const child = supervise(
    {
      name,
      title: name,
      command: process.execPath,
      args: [join(root, 'main.ts'), `--role=${role}`],
      /** Read for every process anew: a fail point is for one of them. */
      get env() {
        const point = due.shift()
        return point === undefined ? own : { ...own, STREAMGAUGE_FAIL_AT: point }
      },
      graceMs,
      async ping(timeoutMs) {
        const response = await fetch(`http://127.0.0.1:${port}/health/live`, {
          signal: AbortSignal.timeout(timeoutMs),
        })
        await response.body?.cancel()
        if (!response.ok) throw new Error(`health is ${response.status}`)
      },
      remedy: 'Its log says why.',
    },
    {
      guard,
      logFile: (file) => join(folder, `${file}.log`),
      onPid(_, pid) {
        if (pid === undefined) ended++
        else if (spawned?.pid === pid) startMs = performance.now() - spawned.at
        else spawned = { pid, at: performance.now() }
      },
      report(text) {
        if (text.includes('(SIGKILL)')) killed++
        report(text)
      },
    },
  )
  child.givenUp.catch((error) => report(`${name} was given up: ${error.message}`))
  return {
    name,
    port,
    get ended() {
      return ended
    },
    get killed() {
      return killed
    },
    get startMs() {
      return startMs
    },
    signal(signal) {
      const pid = child.pid()
      if (pid === undefined) return false
      process.kill(pid, signal)
      return true
    },
    failAt(points) {
      due.push(...points)
    },
    endedTimes: (count, withinMs) => holds(() => ended >= count, withinMs),
    killedTimes: (count, withinMs) => holds(() => killed >= count, withinMs),
    frozen: (withinMs) =>
      holds(() => {
        const pid = child.pid()
        return pid !== undefined && isFrozen(pid)
      }, withinMs),
    live: child.live,
    stop: () => child.stop(),
  }
}

function holds(test: () => boolean, withinMs: number): Promise<boolean> {
  return poll(async () => test(), withinMs).then(
    () => true,
    () => false,
  )
}
