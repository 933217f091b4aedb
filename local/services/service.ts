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

/** What to run, and how it is met. */
export interface Prepared extends Program {
  /** As the service's variable takes it. */
  readonly url: string
  /** Values of the service's companions. */
  readonly environment?: Readonly<Record<string, string>>
}

/** A backing service that the launcher can run. */
export interface Service {
  readonly name: 'kafka' | 'mariadb' | 'redis' | 'mqtt' | 'smtp'
  readonly title: string
  /** The variable that names a service running elsewhere, which is then used instead. */
  readonly variable: string
  /** Further variables that belong to it: given from outside together, else told by `prepare`. */
  readonly companions?: readonly string[]
  /** Finds or installs the program and makes its data folder; throws a LaunchError. Resolves to what to run. */
  prepare(context: Context): Promise<Prepared>
}
