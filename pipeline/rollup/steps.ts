/** The steps of a write after which something may die, as in persist/steps.ts. */
export const rollupSteps = {
  rollup_taken: '1: a write is about to begin, nothing is locked',
  rollup_locked: '1: the cursor row is locked',
  rollup_written: '2: the windows are written, not committed',
  rollup_moved: '3: the cursor has moved with them, not committed',
  rollup_committed: '3: committed',
} as const

export type RollupStep = keyof typeof rollupSteps
export type RollupStepHook = (step: RollupStep) => void
