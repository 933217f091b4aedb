import type { Home } from '../home.ts'
import type { State } from '../state.ts'
import type { Program } from '../supervise.ts'

/** What a service needs to get ready. */
export interface Context {
  readonly home: Home
  readonly state: State
  /** Tells what takes its time, such as an installation. */
  say(text: string): void
}

/** A backing service that the launcher can run. */
export interface Service {
  readonly name: 'kafka' | 'mariadb' | 'redis'
  readonly title: string
  /** The variable that names a service running elsewhere, which is then used instead. */
  readonly variable: string
  /** Finds or installs the program and makes its data folder; throws a LaunchError. Resolves to what to run. */
  prepare(context: Context): Promise<Program & { readonly url: string }>
}
