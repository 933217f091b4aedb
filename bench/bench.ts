import { inspect } from 'node:util'
import { createProgress } from '@streamgauge/local/progress.ts'
import { type Installation, startInstallation } from './installation.ts'
import type { Line, Row } from './line.ts'
import { lines } from './lines.ts'
import { readBaseline, saveBaseline } from './report/baseline.ts'
import { summary } from './report/format.ts'
import { describeCommit, describeMachine, watchNoise } from './report/machine.ts'
import { results, writePage } from './report/page.ts'

const usage = `npm run bench [-- <part of a line's name> …] [--save] [--profile=<folder>]
  Lines: ${lines.map(({ name }) => name).join(', ')}
  Without a name all of them run, in about a quarter of an hour, and docs/performance.md is written anew.
  --save     keeps the results as the baseline of later runs (bench/baseline.json)
  --profile  CPU profiles of the roles, written when they end\n`

const args = process.argv.slice(2)
const names = args.filter((arg) => !arg.startsWith('--'))
const options = args.filter((arg) => arg.startsWith('--'))
const profile = options.find((option) => option.startsWith('--profile='))?.slice('--profile='.length)
const save = options.includes('--save')
const wanted = lines.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)))
const isWhole = wanted.length === lines.length
if (wanted.length === 0 || options.some((option) => !/^--(save$|profile=.)/.test(option))) {
  process.stderr.write(usage)
  process.exit(2)
}

const progress = createProgress(process.stdout)
const stopped = Promise.withResolvers<never>()
stopped.promise.catch(() => undefined)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => stopped.reject(new Error(`ended by ${signal}`)))
// What nobody waits for ends the run like everything else, so that services and folder are cleared away.
process.on('unhandledRejection', stopped.reject)
process.on('disconnect', () => stopped.reject(new Error('the terminal is gone')))
process.channel?.unref()

let failed = false
try {
  await run()
} catch (error) {
  failed = true
  progress.end()
  progress.print(inspect(error))
}
progress.end()
process.exit(failed ? 1 : 0)

async function run(): Promise<void> {
  const began = performance.now()
  const machine = describeMachine()
  const noise = watchNoise()
  const env = profile && { NODE_OPTIONS: `--cpu-prof --cpu-prof-interval=500 --cpu-prof-dir=${profile}` }
  const rows: Row[] = []
  {
    await using installation = await startInstallation({ progress, env: env || {} })
    for (const line of wanted) {
      noise.sample()
      rows.push(...(await Promise.race([measure(line, installation), stopped.promise])))
    }
    noise.sample()
  }
  const about = { machine, commit: describeCommit() }
  const report = { ...about, rows, baseline: readBaseline(), noise: noise.describe(), when: new Date() }
  progress.print(`\n${results(report)}\n`)
  if (isWhole) writePage(report)
  if (save)
    saveBaseline(rows, { ...about, saved: new Date().toISOString() }, isWhole ? undefined : report.baseline)
  progress.print(`Took ${((performance.now() - began) / 60_000).toFixed(1)} min.`)
}

async function measure(line: Line, installation: Installation): Promise<Row[]> {
  const step = progress.step(line.name)
  try {
    const rows = await line.measure({ installation, say: step.say })
    step.done()
    for (const row of rows) progress.print(`    ${row.title}: ${summary(row)}`)
    return rows
  } catch (error) {
    step.failed()
    throw new Error(`the line ${line.name} could not be measured`, { cause: error })
  }
}
