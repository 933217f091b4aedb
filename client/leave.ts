interface Leaving {
  /** A Node process has nothing left to do: what this starts keeps it alive. */
  readonly exit: () => void
  /** A page is hidden: it may be ended without another word. */
  readonly hidden: () => void
  /** A page is being left: only what is handed over at once still goes out. */
  readonly left: () => void
}

/** The part of Node's `process` that is used, where there is one. */
interface Process {
  on?(event: 'beforeExit', listener: () => void): void
  off?(event: 'beforeExit', listener: () => void): void
}

/** Tells when the program is about to end, in Node and in browsers. Returns how to stop that. */
export function onLeaving({ exit, hidden, left }: Leaving): () => void {
  const scope = globalThis as { process?: Process; document?: Document }
  const { process, document } = scope
  if (!document) {
    process?.on?.('beforeExit', exit)
    return () => process?.off?.('beforeExit', exit)
  }
  const turned = () => {
    if (document.visibilityState === 'hidden') hidden()
  }
  document.addEventListener('visibilitychange', turned)
  globalThis.addEventListener('pagehide', left)
  return () => {
    document.removeEventListener('visibilitychange', turned)
    globalThis.removeEventListener('pagehide', left)
  }
}

/** A timer that keeps no Node process alive. */
export function quietTimer(work: () => void, ms: number): ReturnType<typeof setTimeout> {
  const timer = setTimeout(work, ms)
  // In browsers it is a number.
  if (typeof timer === 'object') timer.unref()
  return timer
}
