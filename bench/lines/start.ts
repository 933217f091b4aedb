import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@streamgauge/local/ports.ts'
import { root } from '@streamgauge/local/root.ts'
import type { Line } from '../line.ts'
import { poll } from '../poll.ts'
import { cpuSeconds, descendantsOf, residentMB } from '../proc.ts'

const rounds = 3
const seconds = 8
/** Compilers and collectors work on for a while after a start. */
const restMs = 6_000
/** What a busy machine may take to bring everything up. */
const startMs = 120_000

/** What all Node processes of an `npm start` cost that nobody uses: launcher, mail, roles, and the agent, which is at work. */
export const start: Line = {
  name: 'start',
  async measure({ say }) {
    await using running = await npmStart()
    say('letting it come to rest')
    await sleep(restMs)
    const nodes = [running.pid, ...descendantsOf(running.pid)].filter(isNode)
    const sum = (of: (pid: number) => number) => nodes.reduce((total, pid) => total + of(pid), 0)
    const cpu: number[] = []
    const memory: number[] = []
    const before = nodes.map(cpuSeconds)
    for (let round = 1; round <= rounds; round++) {
      say(`round ${round} of ${rounds}`)
      const used = sum(cpuSeconds)
      await sleep(seconds * 1_000)
      cpu.push(((sum(cpuSeconds) - used) / seconds) * 100)
      memory.push(sum(residentMB))
    }
    const names = nodes.map((pid) => (pid === running.pid ? 'launcher' : nameOf(pid)))
    const share = (pid: number, i: number) => ((cpuSeconds(pid) - before[i]) / (rounds * seconds)) * 100
    const shares = nodes.map((pid, i) => `${names[i]} ${share(pid, i).toFixed(1)} %`)
    const sizes = nodes.map((pid, i) => `${names[i]} ${residentMB(pid).toFixed(0)} MB`)
    return [
      {
        id: 'start-cpu',
        title: '`npm start` at rest: CPU of all Node processes, of one core',
        unit: '%',
        rounds: cpu,
        budget: { most: 2.5 },
        note: `${shares.join(', ')}; the agent sends a look a second, Kafka, MariaDB, Redis and Mosquitto are left out`,
      },
      {
        id: 'start-memory',
        title: '`npm start` at rest: resident memory of all Node processes',
        unit: 'MB',
        rounds: memory,
        budget: { most: 450 },
        note: `${sizes.join(', ')}; pages that processes share count in each`,
      },
    ]
  },
}

/** An installation of its own, on a throwaway folder, as the README starts it. */
async function npmStart(): Promise<AsyncDisposable & { pid: number }> {
  await using cleanup = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-bench-start-'))
  cleanup.defer(() => rmSync(dir, { recursive: true, force: true }))
  const env = { ...process.env, STREAMGAUGE_DATA: dir, HTTP_PORT: String(await freePort()) }
  const child = spawn(process.execPath, [join(root, 'bootstrap.js'), 'local/start.ts'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  cleanup.defer(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    await exit
  })
  let output = ''
  child.stdout.on('data', (text) => {
    output += text
  })
  await poll(async () => {
    if (child.exitCode !== null) throw new Error(`npm start ended: ${output}`)
    return output.includes('Ctrl-C stops everything')
  }, startMs)
  const ending = cleanup.move()
  return { pid: child.pid ?? 0, [Symbol.asyncDispose]: () => ending.disposeAsync() }
}

function isNode(pid: number): boolean {
  return readlinkSync(`/proc/${pid}/exe`) === process.execPath
}

/** By what it was started as: its role, or its script. */
function nameOf(pid: number): string {
  const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  const roles = args.find((arg) => arg.startsWith('--role='))?.slice('--role='.length)
  const script = args.slice(1).find((arg) => !arg.startsWith('-')) ?? ''
  const name = script.endsWith('/main.ts')
    ? basename(dirname(script))
    : basename(script).replace(/\.\w+$/, '')
  return roles?.replace('connectors,bridge,gateway', 'gateway') ?? name
}
