const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 }

/** Reads a length of time as people write it: `90`, `10 s`, `5m`, `1 h 30 min`. Answers seconds, undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const wanted = text.trim().toLowerCase()
  if (/^\d+(\.\d+)?$/.test(wanted)) return Number(wanted)
  if (!/^(\d+(\.\d+)?\s*(s|m|min|h|d)\s*)+$/.test(wanted)) return undefined
  let total = 0
  for (const [, count, unit] of wanted.matchAll(/(\d+(?:\.\d+)?)\s*(min|s|m|h|d)/g))
    total += Number(count) * seconds[unit]
  return total
}

/** A length of time in seconds, exactly: `10 s`, `1 h 30 min`. */
export function spellDuration(length: number): string {
  let rest = length
  const parts: string[] = []
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
  ] as const) {
    const count = Math.floor(rest / size)
    if (count > 0) parts.push(`${count} ${unit}`)
    rest -= count * size
  }
  if (rest > 0 || parts.length === 0) parts.push(`${Number(rest.toFixed(3))} s`)
  return parts.join(' ')
}
