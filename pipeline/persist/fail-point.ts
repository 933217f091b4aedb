import { type RollupStep, rollupSteps } from '../rollup/steps.ts'
import { type Step, steps } from './steps.ts'

/** Told of every step of persist and rollup. */
export type AnyStepHook = (step: Step | RollupStep) => void

/**
 * Reads `step[:count][+ms]` and answers a hook that kills this process, as SIGKILL does, at the count-th time that
 * the step is done, or `ms` milliseconds after: in the middle of what follows it. For chaos runs only.
 */
export function failPoint(text: string): AnyStepHook {
  const match = /^(\w+)(?::(\d+))?(?:\+(\d+))?$/.exec(text)
  if (!match || !(match[1] in steps || match[1] in rollupSteps))
    throw new Error(`there is no fail point "${text}"`)
  const [, wanted, count = '1', ms] = match
  let left = Number(count)
  return (step) => {
    if (step !== wanted || --left !== 0) return
    if (ms === undefined) die()
    else setTimeout(die, Number(ms))
  }
}

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}
