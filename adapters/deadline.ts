/** The outside did not answer in time. */
export class DeadlineError extends Error {
  readonly code = 'ETIMEDOUT'
}

/** Settles like `promise`, or throws `DeadlineError` after `ms`; what comes later is dropped. */
export async function within<T>(promise: Promise<T>, ms: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    // Where this process was itself too busy, the answer lies unread in the socket: read that first, then judge.
    const judge = () => setImmediate(reject, new DeadlineError(`${message} within ${ms} ms`))
    timer = setTimeout(judge, ms)
  })
  promise.catch(() => undefined)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
