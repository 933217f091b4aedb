import { add, type Counts } from './counts.ts'
import type { FileEnded } from './reporter.ts'

/** More files than this don't fail by accident. */
const mostAgain = 3

/**
 * Files of live tests to run once more, alone: beside others, on few cores, real services meet moments that are no
 * fault of what is tested. None where there is nothing to mend by that.
 */
export function filesToRepeat(ended: readonly FileEnded[]): string[] {
  const failed = ended.filter(({ passed }) => !passed).map(({ file }) => file)
  return failed.length <= mostAgain ? failed : []
}

/** What passed at once, and what came of the second try of the rest. */
export function countsAfter(ended: readonly FileEnded[], second: Counts): Counts {
  return ended.filter(({ passed }) => passed).reduce((sum, { counts }) => add(sum, counts), second)
}
