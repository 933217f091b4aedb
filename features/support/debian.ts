import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Installs a Debian package; throws where that can't be done. */
export async function installDebianPackage(name: string): Promise<void> {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    throw new Error('apt-get needs root on Debian')
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const options = ['-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120']
  await run('apt-get', ['update'], { env })
  await run('apt-get', ['install', ...options, name], { env, maxBuffer: 2 ** 26 })
}
