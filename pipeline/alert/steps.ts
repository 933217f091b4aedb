/** The steps after which something may die, as in persist/steps.ts. */
export const alertSteps = {
  alert_taken: '1: a write is about to begin, nothing is locked',
  alert_locked: '1: the cursor row is locked',
  alert_written: '2: transitions, states and news are written, not committed',
  alert_moved: '3: the cursor has moved with them, not committed',
  alert_committed: '3: committed, nothing is published',
  alert_relayed: '4: transitions are in their topic, nobody has noted it',
} as const

export type AlertStep = keyof typeof alertSteps
export type AlertStepHook = (step: AlertStep) => void
