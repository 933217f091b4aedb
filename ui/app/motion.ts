import type { DrawScheduler } from '../model/scheduler.ts'

/** Draws of one chart are this far apart for viewers who asked for less motion, ms. */
const calmMs = 1000

/** Draws as often as the viewer wants it, from now on. */
export function followMotion(scheduler: DrawScheduler): void {
  const calm = matchMedia('(prefers-reduced-motion: reduce)')
  function obey(): void {
    scheduler.minIntervalMs = calm.matches ? calmMs : 0
  }
  calm.addEventListener('change', obey)
  obey()
}
