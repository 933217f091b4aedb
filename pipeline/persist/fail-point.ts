import { type Step, type StepHook, steps } from './steps.ts'

/**
 * Reads `step[:count][+ms]` and answers a hook that kills this process, as SIGKILL does, at the count-th time that
 * the step is done, or `ms` milliseconds after: in the middle of what follows it. For chaos runs only.
 */
export function failPoint(text: string): StepHook {
  const match = /^(\w+)(?::(\d+))?(?:\+(\d+))?$/.exec(text)
  if (!match || !(match[1] in steps)) throw new Error(`there is no fail point "${text}"`)
  const [, wanted, count = '1', ms] = match
  let left = Number(count)
  return (step: Step) => {
    if (step !== wanted || --left !== 0) return
    if (ms === undefined) die()
    else setTimeout(die, Number(ms))
  }
}

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}
