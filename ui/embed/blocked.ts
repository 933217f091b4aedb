/** Origins that the policy of this page keeps it from connecting to. */
const origins = new Set<string>()
const listeners = new Set<() => void>()
let watching = false

/** Calls `run` when the page's policy stops a connection; returns how to stop. */
export function onBlocked(run: () => void): () => void {
  if (!watching) {
    watching = true
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
      if (effectiveDirective !== 'connect-src' || !URL.canParse(blockedURI)) return
      const { origin } = new URL(blockedURI)
      if (origins.has(origin)) return
      origins.add(origin)
      for (const listener of listeners) listener()
    })
  }
  listeners.add(run)
  return () => listeners.delete(run)
}

/** What the author of the page has to do before a gateway can be reached; undefined where nothing is in the way. */
export function blockedHint(base: string): string | undefined {
  const { origin } = new URL(base)
  if (!origins.has(origin)) return undefined
  return `The content security policy of this page forbids it: add ${origin} to its connect-src.`
}
