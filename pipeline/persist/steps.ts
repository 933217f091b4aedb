/**
 * The steps of persist's protocol (docs/flow.md) after which something may die. Each is told once it is done, so
 * that a chaos run can kill the process exactly there; a normal run has no hook.
 */
export const steps = {
  letters: '0: dead letters are in their topic, nothing is in the store',
  taken: '1: a run is about to be written, nothing is locked',
  locked: '1: the cursor row is locked',
  stored: '2: series, ids and rows are written, not committed',
  moved: '3: the cursor has moved with them, not committed',
  committed: '3: committed, nothing is published',
  published: '4: the log has acknowledged, nobody has noted it',
  republished: '4: as published, for what a predecessor had left',
  saved: '4: the cursor row says what is published',
  offsets: '5: Kafka has the offsets for lag tools',
} as const

export type Step = keyof typeof steps
export type StepHook = (step: Step) => void
