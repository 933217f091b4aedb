import { type AlertStep, alertSteps } from '../alert/steps.ts'
import { type RollupStep, rollupSteps } from '../rollup/steps.ts'
import { type Step, steps } from './steps.ts'

/** Told of every step of persist, rollup and alerts. */
export type AnyStepHook = (step: Step | RollupStep | AlertStep) => void

/**
 * Reads `step[:count][+ms][!]` and answers a hook that kills this process, as SIGKILL does, at the count-th time that
 * the step is done, or `ms` milliseconds after: in the middle of what follows it. With `!` it freezes the process
 * instead, as SIGSTOP does. For chaos runs only.
 */
export function failPoint(text: string): AnyStepHook {
  const match = /^(\w+)(?::(\d+))?(?:\+(\d+))?(!)?$/.exec(text)
  if (!match || ![steps, rollupSteps, alertSteps].some((some) => match[1] in some))
    throw new Error(`there is no fail point "${text}"`)
  const [, wanted, count = '1', ms, freezes] = match
  const strike = () => process.kill(process.pid, freezes ? 'SIGSTOP' : 'SIGKILL')
  let left = Number(count)
  return (step) => {
    if (step !== wanted || --left !== 0) return
    if (ms === undefined) strike()
    else setTimeout(strike, Number(ms))
  }
}
