import { setWorldConstructor, World } from '@cucumber/cucumber'
import type { BrowserContext, JSHandle, Page } from 'playwright'
import { type Answer, type Api, openApi } from './api.ts'
import type { Probe } from './lit-pixels.ts'
import { findStack, type Stack } from './stack.ts'
import type { Point, Tenant } from './tenant.ts'

/** What the steps of one scenario share: its own tenants, its own browser profile, what it has seen so far. */
export class Scene extends World {
  readonly stack: Stack = findStack(process.env)
  readonly api: Api = openApi(this.stack.url)
  /** By the name the scenario gives them; `''` is "the tenant". */
  readonly tenants = new Map<string, Tenant>()
  /** Every point that must be stored and shown, once each. */
  readonly expected: Required<Pick<Point, 'metric_name' | 'value' | 'timestamp'>>[] = []
  /** What the API answered to the requests of a step, in order. */
  answers: Answer[] = []
  /** To be undone after the scenario, last first, whatever became of it. */
  readonly cleanups: (() => unknown)[] = []
  /** Script errors and policy violations of every page: a scenario with any of them has failed. */
  readonly faults: string[] = []
  readonly consoleLines: string[] = []
  /** Ends the program that keeps posting. */
  posting: (() => Promise<void>) | undefined
  /** Looks at the chart that is watched. */
  eyes: JSHandle<Probe> | undefined
  #context: BrowserContext | undefined
  #page: Page | undefined

  get context(): BrowserContext {
    return ensure(this.#context, 'the browser context')
  }

  set context(context: BrowserContext) {
    this.#context = context
  }

  /** The page in front. */
  get page(): Page {
    return ensure(this.#page, 'an open page')
  }

  set page(page: Page) {
    this.#page = page
  }

  get openPage(): Page | undefined {
    return this.#page
  }

  get answer(): Answer {
    return ensure(this.answers.at(-1), 'an answer')
  }

  tenant(name = ''): Tenant {
    return ensure(this.tenants.get(name), `the tenant "${name}"`)
  }
}

/** The value, or an error that names what an earlier step should have made. */
export function ensure<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`This step needs ${what} of an earlier step`)
  return value
}

setWorldConstructor(Scene)
