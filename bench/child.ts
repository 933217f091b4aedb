import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'

/** A process of its own that does one thing at a time when asked. */
export interface Child<Ask, Answer> extends Disposable {
  readonly pid: number
  ask(what: Ask): Promise<Answer>
}

/** Starts a script of this folder that calls `answer`. */
export function startChild<Ask extends object, Answer>(
  script: string,
  options: { execArgv?: string[] } = {},
): Child<Ask, Answer> {
  const child: ChildProcess = fork(join(import.meta.dirname, script), {
    serialization: 'advanced',
    execArgv: options.execArgv ?? [],
  })
  return {
    pid: child.pid ?? 0,
    ask: (what) =>
      new Promise((resolve, reject) => {
        const onExit = (code: number | null, signal: string | null) =>
          reject(new Error(`${script} ended (${signal ?? code})`))
        child.once('exit', onExit)
        child.once('message', (reply: Reply<Answer>) => {
          child.off('exit', onExit)
          if ('error' in reply) reject(new Error(`${script}: ${reply.error}`))
          else resolve(reply.value)
        })
        child.send(what)
      }),
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  }
}

type Reply<Answer> = { readonly value: Answer } | { readonly error: string }

/** The other side: answers what the parent asks, and ends with it. */
export function answer<Ask, Answer>(work: (ask: Ask) => Promise<Answer> | Answer): void {
  process.on('disconnect', () => process.exit())
  process.on('message', async (ask: Ask) => {
    try {
      process.send?.({ value: await work(ask) })
    } catch (error) {
      process.send?.({ error: error instanceof Error ? error.stack : String(error) })
    }
  })
}

/** CPU seconds of this process. */
export function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
