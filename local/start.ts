import { join } from 'node:path'
import { bringUp, type Stack } from './bring-up.ts'
import { LaunchError } from './launch-error.ts'
import { type Launcher, openLauncher } from './launcher.ts'
import { onParentGone } from './parent.ts'
import { createProgress } from './progress.ts'
import { root } from './root.ts'

/** npm start: everything, until Ctrl-C. */
const progress = createProgress(process.stdout)
/** npm and the terminal both pass one Ctrl-C on: only a later one is a second one. */
const secondSignalMs = 500
const repeatMs = 10_000

const stopAsked = Promise.withResolvers<void>()
let stopAskedAt: number | undefined
let launcher: Launcher | undefined
let stack: Stack | undefined

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, askToStop)
onParentGone(askToStop)

try {
  launcher = await openLauncher({
    dir: process.env.STREAMGAUGE_DATA || join(root, '.streamgauge'),
    report: createReporter(),
    changed: () => stack?.refresh(),
  })
  await Promise.race([start(launcher), launcher.givenUp, stopAsked.promise])
  await Promise.race([launcher.givenUp, stopAsked.promise])
} catch (error) {
  process.exitCode = 1
  explain(error)
}
progress.end()
if (launcher !== undefined) {
  progress.print('Stopping …')
  await launcher.close()
}
process.exit()

async function start(launcher: Launcher): Promise<void> {
  stack = await bringUp({ launcher, progress, env: process.env, agent: true })
  const { sign_in, ingest_url, services } = stack.local()
  const mail = services.smtp?.environment?.SMTP_PAGE ?? 'see SMTP_URL'
  progress.print(`
  Open  ${sign_in}
  POST  ${ingest_url}/api/v1/metrics
  Mail  ${mail}
        tokens: ${launcher.home.path('local.json')}
        logs:   ${launcher.home.path('logs')}

  Ctrl-C stops everything; the data stays.
`)
}

function askToStop(): void {
  const now = performance.now()
  stopAskedAt ??= now
  stopAsked.resolve()
  if (now - stopAskedAt < secondSignalMs) return
  launcher?.kill()
  process.exit(130)
}

function explain(error: unknown): void {
  if (!(error instanceof LaunchError)) {
    progress.print(String(error instanceof Error ? error.stack : error))
    return
  }
  const lines = error.lastLines.map((line) => `    ${line}`)
  progress.print(['', error.message, ...lines].join('\n'))
}

/** Prints what happens, and the same thing not over and over. */
function createReporter(): (text: string) => void {
  const last = new Map<string, number>()
  return (text) => {
    const now = performance.now()
    if (now - (last.get(text) ?? -repeatMs) < repeatMs) return
    last.set(text, now)
    progress.print(text)
  }
}
