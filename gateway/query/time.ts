const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
/** RFC 3339 with a zone: a time without one means something else to every reader. */
const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/i

/**
 * Reads a time of a query: epoch ms, RFC 3339 with a zone, `now`, or relative to now such as `-15m`
 * (`ms`, `s`, `m`, `h`, `d`). Undefined when it is none of them.
 */
export function readTime(text: string, now: number): number | undefined {
  if (text === 'now') return now
  if (/^\d{1,15}$/.test(text)) return Number(text)
  const span = /^[+-]/.test(text) ? readSpan(text.slice(1)) : undefined
  if (span !== undefined) return text.startsWith('-') ? now - span : now + span
  // In a query string an unescaped plus sign arrives as a space.
  const iso = text.replace(' ', '+')
  const time = rfc3339.test(iso) ? Date.parse(iso) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

/** Reads a length of time such as `30s` (`ms`, `s`, `m`, `h`, `d`), ms; undefined when it is none. */
export function readSpan(text: string): number | undefined {
  const parts = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text)
  return parts ? Number(parts[1]) * units[parts[2]] : undefined
}
