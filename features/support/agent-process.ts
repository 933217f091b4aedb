import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Login } from './device.ts'

const program = fileURLToPath(new URL('../../agent/main.ts', import.meta.url))

/** The agent as a process of this machine, with a spool of its own that outlives the process. */
export interface AgentProcess {
  start(): void
  signal(name: NodeJS.Signals): void
  /** Ends it for good and removes what it kept. */
  remove(): Promise<void>
}

/** An agent with this login that looks at its machine every `intervalMs`. It runs once it is started. */
export function makeAgent({ mqtt }: Login, intervalMs: number): AgentProcess {
  const spool = mkdtempSync(join(tmpdir(), 'streamgauge-agent-'))
  let child: ChildProcess | undefined
  return {
    start() {
      child = spawn(process.execPath, [program], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: {
          ...process.env,
          AGENT_URL: mqtt.url,
          AGENT_USERNAME: mqtt.username,
          AGENT_PASSWORD: mqtt.password,
          AGENT_INTERVAL_MS: String(intervalMs),
          AGENT_SPOOL: spool,
        },
      })
    },
    signal(name) {
      if (!child?.kill(name)) throw new Error(`The agent took no ${name}: it does not run`)
    },
    async remove() {
      if (child && child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      rmSync(spool, { recursive: true, force: true })
    },
  }
}
