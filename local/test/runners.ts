import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, relative } from 'node:path'
import { readIfThere } from '../files.ts'
import type { Guard } from '../guard.ts'
import { root } from '../root.ts'
import { countsAfter, filesToRepeat } from './again.ts'
import { type Counts, judge } from './counts.ts'
import type { FileEnded } from './reporter.ts'
import { readScenarios } from './scenarios.ts'

/** What the runners share. */
export interface Bench {
  readonly guard: Guard
  /** Ends the runner that runs. */
  readonly signal: AbortSignal
  /** A folder for their reports. */
  readonly dir: string
}

export interface Result {
  readonly counts: Counts
  /** What it printed. */
  readonly output: string
  /** What was tried a second time. */
  readonly again?: readonly string[]
  /** Why. */
  readonly why?: string
}

/** A check that is one test: it passed when it exits 0. */
export async function runCheck(bench: Bench, command: readonly string[]): Promise<Result> {
  const { code, output } = await runNode(bench, command, process.env)
  const counts = code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
  return { counts, output }
}

/** A test that takes longer has hung. */
const testTimeoutMs = 300_000
/** A file whose tests have ended but whose process goes on is not ended by Node; one test of a file may hang before. */
const fileTimeoutMs = 2 * testTimeoutMs
/** From the request to end a runner to its end by force. */
const killAfterMs = 10_000

interface NodeTestOptions {
  readonly concurrency: number
  readonly env?: NodeJS.ProcessEnv
  say(text: string): void
}

/** Runs live tests; the few files that failed once more, alone, and names them: see `again.ts`. */
export async function runLiveTests(
  bench: Bench,
  files: readonly string[],
  options: NodeTestOptions,
): Promise<Result> {
  const first = await runNodeTests(bench, files, options)
  const again = filesToRepeat(first.ended).map((file) => relative(root, file))
  if (again.length === 0) return first
  const second = await runNodeTests(bench, again, { ...options, concurrency: 1 })
  const counts = countsAfter(first.ended, second.counts)
  return { counts, output: second.output, again, why: first.output }
}

/** Runs test files with Node's runner, `concurrency` of them at once; `say` hears how far it is. */
export async function runNodeTests(
  bench: Bench,
  files: readonly string[],
  options: NodeTestOptions,
): Promise<Result & { readonly ended: readonly FileEnded[] }> {
  const report = join(bench.dir, 'node-test.json')
  const reporters = ['spec', 'stdout', join(import.meta.dirname, 'reporter.ts'), report]
  const ended: FileEnded[] = []
  const { code, output } = await runNode(
    bench,
    [
      '--test',
      `--test-concurrency=${options.concurrency}`,
      `--test-timeout=${testTimeoutMs}`,
      ...reporters.map((value, i) => `--test-reporter${i % 2 === 0 ? '' : '-destination'}=${value}`),
      ...files,
    ],
    options.env ?? process.env,
    (one) => {
      const name = `${one.passed ? '' : 'FAILED '}${relative(root, one.file)}`
      ended.push(one)
      options.say(`${ended.length} of ${files.length} ${name} ${one.seconds.toFixed(1)} s`)
    },
  )
  const text = readIfThere(report)
  return { counts: judge(text ? JSON.parse(text) : undefined, code), output: failuresOf(output), ended }
}

/** The part of the spec reporter's output that is about failures, where it has one. */
function failuresOf(output: string): string {
  return output.slice(Math.max(0, output.indexOf('✖ failing tests:')))
}

/** Runs the scenarios against the stack that `env` names. */
export async function runScenarios(
  bench: Bench,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Result> {
  const report = join(bench.dir, 'scenarios.ndjson')
  const cucumber = [tool('@cucumber/cucumber/bin/cucumber.js'), '--config', 'features/cucumber.json']
  const { code, output } = await runNode(bench, [...cucumber, '--format', `message:${report}`, ...args], env)
  const scenarios = readScenarios(readIfThere(report) ?? '')
  const { again } = scenarios ?? {}
  const counts = judge(scenarios?.counts, code)
  // Where all ended well, Cucumber tells of first tries under its warnings; else they are in the output as a whole.
  const why = again?.length && counts.failed === 0 ? output.slice(output.indexOf('Warnings:')) : undefined
  return { counts, output, again, why }
}

/** The script of a tool in node_modules. */
export function tool(path: string): string {
  return join(root, 'node_modules', path)
}

async function runNode(
  { guard, signal }: Bench,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  onFile?: (ended: FileEnded) => void,
): Promise<{ code: number | null; output: string }> {
  signal.throwIfAborted()
  const child = spawn(process.execPath, args, {
    cwd: root,
    // A run inside a run would report to the outer one.
    env: { ...env, NODE_TEST_CONTEXT: undefined },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`${process.execPath} can't be run`)
  guard.add(pid)
  const end = () => {
    process.kill(-pid, 'SIGTERM')
    setTimeout(() => child.exitCode === null && process.kill(-pid, 'SIGKILL'), killAfterMs).unref()
  }
  signal.addEventListener('abort', end)
  const hung = onFile && setTimeout(end, fileTimeoutMs)
  child.on('message', (message) => {
    hung?.refresh()
    onFile?.(message as FileEnded)
  })
  const chunks: Buffer[] = []
  for (const output of [child.stdout, child.stderr]) output?.on('data', (chunk) => chunks.push(chunk))
  const [code] = await once(child, 'close')
  clearTimeout(hung)
  signal.removeEventListener('abort', end)
  guard.remove(pid)
  signal.throwIfAborted()
  return { code, output: Buffer.concat(chunks).toString('utf8') }
}
