import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { bringUp } from './bring-up.ts'
import { replaceFile } from './files.ts'
import { type Guard, startGuard } from './guard.ts'
import { LaunchError } from './launch-error.ts'
import { type Launcher, openLauncher } from './launcher.ts'
import { describeService } from './local-json.ts'
import { onParentGone } from './parent.ts'
import { createProgress } from './progress.ts'
import { root } from './root.ts'
import { type Running, runServices } from './run-services.ts'
import { services as allServices } from './services/all.ts'
import { add, type Counts, closingLine, none } from './test/counts.ts'
import { findTestFiles, makePlan } from './test/plan.ts'
import {
  type Bench,
  type Result,
  runCheck,
  runLiveTests,
  runNodeTests,
  runScenarios,
  tool,
} from './test/runners.ts'

/** npm test: every check there is, against real services on a throwaway folder; arguments narrow it. */
const plan = makePlan(process.argv.slice(2), findTestFiles(root))
const progress = createProgress(process.stdout)
const dir = mkdtempSync(join(tmpdir(), 'streamgauge-test-'))
const servicesFile = join(dir, 'services.json')
const ending = new AbortController()
const guard: Guard = startGuard()
/** Live tests mostly wait, each on a database and topics of its own, and what they freeze and kill is their own too. */
const liveConcurrency = 2
const bench: Bench = { guard, signal: ending.signal, dir }
const env = isolated(process.env)

let launcher: Launcher | undefined
let services: Running[] | undefined
/** Keeps what names the services' pids up to date. */
let changed = writeServices
let total: Counts = none

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ending.abort())
onParentGone(() => ending.abort())

try {
  await runAll()
} catch (error) {
  if (!ending.signal.aborted) explain(error)
  total = add(total, { passed: 0, failed: 1, skipped: 0 })
}
progress.end()
await launcher?.close()
guard.close()
const good = total.failed === 0 && total.passed > 0
if (good || ending.signal.aborted || launcher === undefined) rmSync(dir, { recursive: true, force: true })
else progress.print(`The logs of services and roles are in ${join(dir, 'data', 'logs')}`)
progress.print(closingLine(total))
process.exit(good ? 0 : 1)

async function runAll(): Promise<void> {
  if (plan.checks) {
    await stage('Linter', () => runCheck(bench, [tool('@biomejs/biome/bin/biome'), 'check', '.']))
    await stage('Types', () => runCheck(bench, [tool('typescript/bin/tsc'), '--noEmit']))
  }
  if (plan.unit.length > 0) {
    const concurrency = availableParallelism()
    await stage('Unit tests', () =>
      runNodeTests(bench, plan.unit, { concurrency, env, say: () => undefined }),
    )
  }
  if (plan.live.length > 0) await runLive('Live tests', plan.live, liveConcurrency)
  if (plan.measured.length > 0) await runLive('Measured tests', plan.measured, 1)
  if (plan.features !== undefined) {
    const scenarios = plan.features
    const { launcher } = await ensureServices()
    // What works with two of everything behind one address works with one.
    const pairs = { ...env, ROLES_EACH: '2' }
    const stack = await bringUp({ launcher, services, progress, env: pairs, agent: false })
    changed = stack.refresh
    const STREAMGAUGE_LOCAL = launcher.home.path('local.json')
    await stage('Scenarios', () => runScenarios(bench, scenarios, { ...env, STREAMGAUGE_LOCAL }))
  }
}

async function runLive(title: string, files: readonly string[], concurrency: number): Promise<void> {
  await ensureServices()
  const options = { concurrency, env: { ...env, STREAMGAUGE_SERVICES: servicesFile } }
  await stage(title, (say) => runLiveTests(bench, files, { ...options, say }))
}

async function stage(title: string, run: (say: (text: string) => void) => Promise<Result>): Promise<void> {
  const step = progress.step(title)
  step.say('running')
  const {
    counts,
    output,
    again = [],
    why,
  } = await run(step.say).catch((error) => {
    step.failed()
    throw error
  })
  total = add(total, counts)
  for (const name of again) step.say(`needed a second try: ${name}`)
  if (why !== undefined) progress.print(why)
  if (counts.failed === 0) return step.done(closingLine(counts))
  step.say(closingLine(counts))
  step.failed()
  progress.print(output)
}

/** Starts the backing services once, however many runners need them. */
async function ensureServices(): Promise<{ launcher: Launcher }> {
  launcher ??= await openLauncher({
    dir: join(dir, 'data'),
    report: () => undefined, // tests kill and freeze on purpose
    changed: () => changed(),
  })
  services ??= await runServices({ launcher, env, step: progress.step })
  changed()
  return { launcher }
}

function writeServices(): void {
  const named = services?.map((at) => [at.service.name, describeService(at)])
  if (named) replaceFile(servicesFile, JSON.stringify({ services: Object.fromEntries(named) }))
}

/** The environment without what would point the tests at somebody's running installation. */
function isolated(given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const named = allServices.flatMap(({ variable, companions = [] }) => [variable, ...companions])
  const foreign = [...named, 'HTTP_PORT', 'HTTP_HOST', 'HTTP_TLS_CERT', 'HTTP_TLS_KEY', 'PUBLIC_URL']
  const kept = Object.entries(given).filter(([name]) => !foreign.includes(name))
  return { ...Object.fromEntries(kept), STREAMGAUGE_DATA: join(dir, 'data') }
}

function explain(error: unknown): void {
  const text = error instanceof LaunchError ? error.message : error instanceof Error ? error.stack : error
  const lines = error instanceof LaunchError ? error.lastLines.map((line) => `    ${line}`) : []
  progress.print(['', String(text), ...lines].join('\n'))
}
