/** What a metric's values mean, as far as its name says. */
export type Unit = 'percent' | 'bytes' | 'ms' | 's' | 'rate' | 'none'

const unitWords: readonly [RegExp, Unit][] = [
  [/(percent|pct)$/, 'percent'],
  [/(bytes|octets)$/, 'bytes'],
  [/(ms|millis|milliseconds)$/, 'ms'],
  [/(seconds|secs)$/, 's'],
  [/(per_second|per_s|rps|rate)$/, 'rate'],
]

/** Guesses the unit from the last word of a metric name: `disk.used_bytes`, `cpu.percent`, `http_latency_ms`. */
export function unitOf(metric: string): Unit {
  const words = metric
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(Boolean)
    .join('_')
  return unitWords.find(([word]) => new RegExp(`(^|_)${word.source}`).test(words))?.[1] ?? 'none'
}
