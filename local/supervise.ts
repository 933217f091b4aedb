import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Guard } from './guard.ts'
import { LaunchError } from './launch-error.ts'
import { openLogFile } from './log-file.ts'

const defaults = {
  firstDelayMs: 100,
  maxDelayMs: 5_000,
  /** After this long alive the next restart begins with the first delay again. */
  steadyMs: 10_000,
  lastWordsMs: 200,
  selfExits: 3,
  startPingMs: 50,
  watchPingMs: 5_000,
  pingTimeoutMs: 2_000,
  /** A child that does not answer is reported, and only after this long ended: a pause is no reason to kill. */
  hungMs: 120_000,
}

/** One program to keep running. */
export interface Program {
  /** Short name, also of its log file. */
  readonly name: string
  readonly title: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** How long it may take to leave after SIGTERM, ms. */
  readonly graceMs: number
  /** Asks it something in its own protocol; rejects while it does not answer. */
  ping(timeoutMs: number): Promise<unknown>
  /** One sentence for when it can't be started. */
  readonly remedy: string
  /** What of a line of its output the person at the terminal should see. */
  notable?(line: string): string | undefined
}

/** What the children of one launcher share. */
export interface Watch {
  readonly guard: Guard
  readonly logFile: (name: string) => string
  /** Called when a child started or ended: `pid` is undefined after it ended. */
  onPid(name: string, pid: number | undefined): void
  /** Called when something happened that the person at the terminal should know. */
  report(text: string): void
}

export interface Supervised {
  readonly program: Program
  pid(): number | undefined
  isLive(): boolean
  /** Resolves when it answered for the first time; rejects with a LaunchError when it never will. */
  readonly live: Promise<void>
  /** Rejects with a LaunchError when it is given up; never resolves. */
  readonly givenUp: Promise<never>
  /** SIGTERM, and SIGKILL when it does not leave in time; resolves when it has ended. */
  stop(): Promise<void>
  /** Ends it at once. */
  kill(): void
}

/** Starts a program and keeps it running until `stop()`: started again with growing delays whenever it ended. */
export function supervise(program: Program, watch: Watch): Supervised {
  const live = Promise.withResolvers<void>()
  const givenUp = Promise.withResolvers<never>()
  live.promise.catch(() => undefined)
  givenUp.promise.catch(() => undefined)
  const stopping = new AbortController()
  const log = openLogFile(watch.logFile(program.name), (line) => {
    const text = program.notable?.(line)
    if (text !== undefined) watch.report(`${program.title}: ${text}`)
  })
  let child: ChildProcess | undefined
  let isLive = false

  async function run(): Promise<void> {
    let selfExits = 0
    let delayMs = defaults.firstDelayMs
    while (!stopping.signal.aborted) {
      const startedAt = performance.now()
      const started = start()
      const ended = new AbortController()
      const exit = started.then((how) => {
        ended.abort()
        return how
      })
      const answered = await untilLive(ended.signal)
      if (answered) {
        selfExits = 0
        isLive = true
        live.resolve()
        watch.onPid(program.name, child?.pid)
        void watchWhileLive(ended.signal)
      }
      const how = await exit
      isLive = false
      if (stopping.signal.aborted) return
      if (!answered && how.signal === null && ++selfExits === defaults.selfExits) return giveUp(how)
      if (performance.now() - startedAt > defaults.steadyMs) delayMs = defaults.firstDelayMs
      watch.report(`${program.title} ended (${describe(how)}), starting it again; see ${log.path}`)
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      delayMs = Math.min(delayMs * 2, defaults.maxDelayMs)
    }
  }

  /** Starts it once; resolves when that process has ended. */
  async function start(): Promise<Ended> {
    const process = spawn(program.command, program.args, {
      cwd: program.cwd,
      env: program.env,
      // A group of its own: Ctrl-C in the terminal reaches the launcher only, which knows the order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = process
    if (process.pid !== undefined) {
      watch.guard.add(process.pid)
      watch.onPid(program.name, process.pid)
    }
    process.stdout.on('data', log.write)
    process.stderr.on('data', log.write)
    try {
      const closed = once(process, 'close').catch(() => undefined)
      const [code, signal] = await once(process, 'exit')
      // Its last words; a grandchild that holds the pipe must not delay the restart.
      await Promise.race([closed, sleep(defaults.lastWordsMs)])
      return { code, signal }
    } catch (error) {
      return { code: null, signal: null, error: error as Error }
    } finally {
      if (process.pid !== undefined) watch.guard.remove(process.pid)
      child = undefined
      watch.onPid(program.name, undefined)
    }
  }

  async function untilLive(ended: AbortSignal): Promise<boolean> {
    const since = performance.now()
    while (!ended.aborted) {
      const answers = await program.ping(defaults.pingTimeoutMs).then(
        () => true,
        () => false,
      )
      if (ended.aborted) return false
      if (answers) return true
      if (performance.now() - since > defaults.hungMs) endHung()
      await sleep(defaults.startPingMs, undefined, { signal: ended }).catch(() => undefined)
    }
    return false
  }

  async function watchWhileLive(ended: AbortSignal): Promise<void> {
    let silentSince: number | undefined
    for (;;) {
      await sleep(defaults.watchPingMs, undefined, { signal: ended, ref: false }).catch(() => undefined)
      if (ended.aborted) return
      const asked = performance.now()
      const answers = await program.ping(defaults.pingTimeoutMs).then(
        () => true,
        () => false,
      )
      if (ended.aborted) return
      if (answers && silentSince !== undefined) {
        watch.report(`${program.title} answers again after ${seconds(performance.now() - silentSince)}`)
        silentSince = undefined
      }
      if (answers) continue
      if (silentSince === undefined) {
        silentSince = asked
        watch.report(`${program.title} is running but does not answer (process ${child?.pid})`)
      }
      if (performance.now() - silentSince > defaults.hungMs) endHung()
    }
  }

  function endHung(): void {
    watch.report(`${program.title} has not answered for ${seconds(defaults.hungMs)}: ending it`)
    kill()
  }

  function giveUp(how: Ended): void {
    const error = new LaunchError(
      `${program.title} ended ${defaults.selfExits} times before it was ready (${describe(how)}). ${program.remedy} Its log: ${log.path}`,
      { lastLines: log.tail() },
    )
    live.reject(error)
    givenUp.reject(error)
  }

  function signalGroup(signal: NodeJS.Signals): void {
    try {
      if (child?.pid !== undefined) process.kill(-child.pid, signal)
    } catch {
      // ESRCH: it has just ended
    }
  }

  function kill(): void {
    signalGroup('SIGKILL')
  }

  const done = run()
  return {
    program,
    pid: () => child?.pid,
    isLive: () => isLive,
    live: live.promise,
    givenUp: givenUp.promise,
    async stop() {
      stopping.abort()
      signalGroup('SIGTERM')
      signalGroup('SIGCONT') // a frozen process would keep the SIGTERM for later
      const limit = setTimeout(() => {
        watch.report(`${program.title} did not stop within ${seconds(program.graceMs)}: ending it`)
        kill()
      }, program.graceMs)
      await done
      clearTimeout(limit)
    },
    kill,
  }
}

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly error?: Error
}

function describe(how: Ended): string {
  if (how.error !== undefined) return how.error.message
  return how.signal === null ? `exit code ${how.code}` : how.signal
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(0)} s`
}
