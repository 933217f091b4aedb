import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Guard, startGuard } from './guard.ts'
import { LaunchError } from './launch-error.ts'
import { type Program, type Supervised, supervise } from './supervise.ts'

/** Supervises a shell script in a folder of its own; `pids` resolves with each pid, and undefined when it ended. */
function bench(script: string, program: Partial<Program> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-supervise-'))
  const guard: Guard = startGuard()
  const reports: string[] = []
  const pids: (number | undefined)[] = []
  let told = () => {}
  const child: Supervised = supervise(
    {
      name: 'script',
      title: 'Script',
      command: 'sh',
      args: ['-c', script],
      cwd: dir,
      graceMs: 2_000,
      ping: async () => readFileSync(join(dir, 'live')),
      remedy: 'Mend the script.',
      ...program,
    },
    {
      guard,
      logFile: (name) => join(dir, `${name}.log`),
      onPid(_, pid) {
        pids.push(pid)
        told()
      },
      report: (text) => reports.push(text),
    },
  )
  return {
    dir,
    child,
    reports,
    live: () => writeFileSync(join(dir, 'live'), ''),
    /** Resolves once it has been started `count` times. */
    async starts(count: number) {
      const seen = () => new Set(pids.filter((pid) => pid !== undefined)).size
      while (seen() < count)
        await new Promise<void>((resolve) => {
          told = resolve
        })
    },
    async [Symbol.asyncDispose]() {
      await child.stop()
      guard.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

test('three starts that exit by themselves before they are live end it, with the last lines', async () => {
  await using b = bench('echo "the config is broken" >&2; exit 7')
  await assert.rejects(b.child.live, (error) => {
    assert.ok(error instanceof LaunchError)
    assert.match(
      error.message,
      /^Script ended 3 times before it was ready \(exit code 7\)\. Mend the script\./,
    )
    assert.equal(error.lastLines.at(-1), 'the config is broken')
    return true
  })
})

test('starts that are killed from outside do not count', async () => {
  await using b = bench('kill -KILL $$')
  await b.starts(5)
})

test('a program that was live is started again however often it exits', async () => {
  await using b = bench('sleep 0.1; exit 1')
  b.live()
  await b.starts(5)
  assert.match(b.reports[0] ?? '', /^Script ended \(exit code 1\), starting it again; see .*script\.log$/)
})

test('a program that is not there is named', async () => {
  await using b = bench('', { command: 'no-such-program' })
  await assert.rejects(b.child.live, /spawn no-such-program ENOENT/)
})

test('a program that ignores SIGTERM is killed after its grace', async () => {
  await using b = bench('trap "" TERM; touch live; while :; do sleep 0.1; done', { graceMs: 200 })
  await b.child.live
  await b.child.stop()
  assert.equal(b.child.pid(), undefined)
})

test('a frozen program can be stopped', async () => {
  await using b = bench('touch live; exec sleep 1000')
  await b.child.live
  process.kill(b.child.pid() ?? 0, 'SIGSTOP')
  await b.child.stop()
  assert.equal(b.child.pid(), undefined)
  assert.deepEqual(b.reports, []) // by SIGTERM, not killed at last
})
