import { LaunchError } from '../launch-error.ts'
import { canInstallPackages, installPackages } from './apt.ts'
import { findProgram } from './find.ts'

export interface Wanted {
  readonly title: string
  /** Names of the program, best first. */
  readonly programs: readonly string[]
  /** Debian packages that bring it. */
  readonly packages: readonly string[]
}

/** The path of a program: found, or installed where that is allowed; undefined when it can't be had this way. */
export async function acquire(wanted: Wanted, say: (text: string) => void): Promise<string | undefined> {
  const found = findProgram(...wanted.programs)
  if (found !== undefined || !canInstallPackages()) return found
  await installPackages(wanted.packages, say)
  const installed = findProgram(...wanted.programs)
  if (installed !== undefined) return installed
  throw new LaunchError(
    `${wanted.packages.join(' ')} was installed but brought no ${wanted.programs.join(' or ')}: ` +
      `install ${wanted.title} so that it is on PATH.`,
  )
}
