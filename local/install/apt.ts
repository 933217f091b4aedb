import { existsSync } from 'node:fs'
import { findProgram } from './find.ts'
import { forbidServices } from './policy.ts'
import { runTool } from './run.ts'

let queue: Promise<unknown> = Promise.resolve()
let updated = false

/** True on Debian and its family when this process may install packages. */
export function canInstallPackages(): boolean {
  return existsSync('/etc/debian_version') && process.getuid?.() === 0 && findProgram('apt-get') !== undefined
}

/** Installs Debian packages, one caller after the other, without starting the services they bring. */
export function installPackages(packages: readonly string[], say: (text: string) => void): Promise<void> {
  const turn = queue.then(() => install(packages, say))
  queue = turn.catch(() => undefined)
  return turn
}

async function install(packages: readonly string[], say: (text: string) => void): Promise<void> {
  const purpose = `Installing ${packages.join(' ')} with apt-get`
  if (!updated) {
    say('reading the package lists')
    await aptGet(['update'], 'Reading the package lists with apt-get')
    updated = true
  }
  say(`installing ${packages.join(' ')}`)
  const restore = await forbidServices()
  try {
    await aptGet(['install', '--yes', '--no-install-recommends', ...packages], purpose)
  } finally {
    restore()
  }
}

function aptGet(args: readonly string[], purpose: string): Promise<string> {
  return runTool('apt-get', ['--quiet', '-o', 'DPkg::Lock::Timeout=180', ...args], {
    purpose,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
}
