import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

/** Watches over children for the case that this process is killed: they end with it. */
export interface Guard {
  add(pid: number): void
  remove(pid: number): void
  /** Ends what is still registered, and the guard. */
  close(): void
}

/** Starts the guard, a shell in a session of its own; it is started again if somebody kills it. */
export function startGuard(): Guard {
  const pids = new Set<number>()
  let closed = false
  let shell = start()

  function start(): ChildProcess {
    const child = spawn('sh', [join(import.meta.dirname, 'guard.sh')], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    child.stdin?.on('error', () => undefined) // EPIPE: it was killed, and 'exit' follows
    child.once('exit', () => {
      if (closed) return
      shell = start()
      for (const pid of pids) tell('+', pid)
    })
    child.unref()
    return child
  }

  function tell(sign: '+' | '-', pid: number): void {
    shell.stdin?.write(`${sign} ${pid}\n`)
  }

  return {
    add(pid) {
      pids.add(pid)
      tell('+', pid)
    },
    remove(pid) {
      if (pids.delete(pid)) tell('-', pid)
    },
    close() {
      closed = true
      shell.stdin?.end()
    },
  }
}
