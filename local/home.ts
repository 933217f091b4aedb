import { accessSync, constants, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { codeOf, LaunchError } from './launch-error.ts'

/** The data folder of one installation: everything the launcher and its services write. */
export interface Home {
  readonly dir: string
  /** A path inside it. */
  path(...parts: string[]): string
}

/** Makes the data folder where it is missing; throws a LaunchError when it can't be used. */
export function openHome(dir: string): Home {
  const absolute = resolve(dir)
  try {
    mkdirSync(join(absolute, 'logs'), { recursive: true, mode: 0o700 })
    accessSync(absolute, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new LaunchError(
      `The data folder ${absolute} can't be used (${codeOf(error)}): make it a folder that this user may write, ` +
        'or name another one in STREAMGAUGE_DATA.',
      { cause: error },
    )
  }
  return { dir: absolute, path: (...parts) => join(absolute, ...parts) }
}
