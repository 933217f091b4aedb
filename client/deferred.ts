/** A promise and what settles it. */
export interface Deferred {
  readonly promise: Promise<void>
  readonly resolve: () => void
}

/** `Promise.withResolvers`, which Node 20 doesn't have. */
export function defer(): Deferred {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
