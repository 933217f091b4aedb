/** A page-wide pulse for what changes by the clock alone: axes, ages. Four times a second while somebody listens. */
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

/** Calls `run` with every pulse; returns how to stop. */
export function onTick(run: () => void): () => void {
  listeners.add(run)
  timer ??= setInterval(() => {
    if (document.hidden) return
    for (const listener of listeners) listener()
  }, 250)
  return () => {
    listeners.delete(run)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}
