import { LaunchError } from './launch-error.ts'

/** Processes of each role at most: the broker has logins for so many bridges. */
export const mostEach = 4

/** How often each role is played, from ROLES_EACH: 1 without it. Throws a LaunchError. */
export function readEach(text: string | undefined): number {
  const each = Number(text || 1)
  if (Number.isInteger(each) && each >= 1 && each <= mostEach) return each
  throw new LaunchError(`ROLES_EACH must be a whole number from 1 to ${mostEach}, not "${text}".`)
}
