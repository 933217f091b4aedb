import { mkdir, writeFile } from 'node:fs/promises'
import { After, AfterAll, Before, BeforeAll, setDefaultTimeout } from '@cucumber/cucumber'
import type { Browser, Page } from 'playwright'
import { launchBrowser } from './browser.ts'
import { findStack } from './stack.ts'
import { ensure, type Scene } from './world.ts'

setDefaultTimeout(30_000)

const report = new URL('../report/', import.meta.url)
let browser: Browser | undefined

// Long enough for a first run that has to install Chromium.
BeforeAll({ timeout: 600_000 }, async () => {
  const { url } = findStack(process.env)
  await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(10_000) }).catch((cause) => {
    throw new Error(`Nothing answers at ${url}`, { cause })
  })
  browser = await launchBrowser()
})

AfterAll(async () => browser?.close())

Before(async function (this: Scene) {
  this.context = await ensure(browser, 'a browser').newContext({ viewport: { width: 1280, height: 800 } })
  this.context.setDefaultTimeout(10_000)
  this.context.on('page', (page) => listen(page, this))
})

After({ timeout: 60_000 }, async function (this: Scene, { pickle, result }) {
  const broken: unknown[] = []
  for (const undo of this.cleanups.reverse()) {
    try {
      await undo()
    } catch (error) {
      broken.push(error)
    }
  }
  const failed = result?.status !== 'PASSED' || this.faults.length > 0
  if (failed) await save(this, pickle.name.replace(/[^\w]+/g, '-'))
  await this.context.close()
  if (broken.length > 0) throw new AggregateError(broken, 'The scenario could not be cleaned up')
  if (this.faults.length > 0) throw new Error(`The page reported errors:\n${this.faults.join('\n')}`)
})

/** Keeps what a page says; what no page of ours may ever say fails the scenario. */
function listen(page: Page, scene: Scene): void {
  page.on('pageerror', (error) => scene.faults.push(`${page.url()}: ${error.stack ?? error.message}`))
  page.on('console', (message) => {
    const line = `${message.type()} ${message.text()}`
    scene.consoleLines.push(line)
    if (/content security policy/i.test(line)) scene.faults.push(line)
  })
}

async function save(scene: Scene, name: string): Promise<void> {
  await mkdir(report, { recursive: true })
  await writeFile(new URL(`${name}.log`, report), [...scene.consoleLines, ...scene.faults, ''].join('\n'))
  for (const [index, page] of scene.context.pages().entries()) {
    const path = new URL(`${name}${index === 0 ? '' : `-${index + 1}`}.png`, report)
    await page.screenshot({ path: path.pathname, timeout: 5_000 }).catch(() => undefined)
  }
}
