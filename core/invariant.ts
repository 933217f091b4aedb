/** Stops on what cannot happen: the process ends and its supervisor starts it anew. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant: ${message}`)
}
