import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type Browser, chromium } from 'playwright'
import { installDebianPackage } from './debian.ts'

const run = promisify(execFile)

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Nothing but the page under test may use the network; root in a container has no sandbox to offer. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts headless Chromium; finds it, or installs it, as `chromiumPath` says. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await chromiumPath(), args: flags })
}

/**
 * Chromium on PATH, else Playwright's own build if it was downloaded before, else Debian's package where it may be
 * installed, else Playwright's download. Throws one sentence with the remedy when none of them works.
 */
async function chromiumPath(): Promise<string> {
  const bundled = chromium.executablePath()
  const found = onPath() ?? (existsSync(bundled) ? bundled : undefined)
  if (found) return found
  const failures: string[] = []
  for (const install of [() => installDebianPackage('chromium'), download]) {
    try {
      await install()
      const path = onPath() ?? (existsSync(bundled) ? bundled : undefined)
      if (path) return path
    } catch (error) {
      failures.push(String(error).split('\n')[0])
    }
  }
  throw new Error(`There is no Chromium. Install it and put it on PATH. Tried: ${failures.join('; ')}`)
}

function onPath(): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function download(): Promise<void> {
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright/package.json')), 'cli.js')
  await run(process.execPath, [cli, 'install', 'chromium'], { maxBuffer: 2 ** 26 })
}
