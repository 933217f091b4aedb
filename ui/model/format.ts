import { digits } from '@streamgauge/core/value-text.ts'

export { type Unit, unitOf } from '@streamgauge/core/unit.ts'
export { formatValue } from '@streamgauge/core/value-text.ts'

/** An age in at most two units: `4 s`, `3 min`, `2 h 5 min`, `6 d`. */
export function formatAge(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  if (s < 60) return `${s} s`
  if (s < 600) return `${Math.floor(s / 60)} min ${s % 60} s`
  if (s < 3600) return `${Math.floor(s / 60)} min`
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`
  return `${Math.floor(s / 86_400)} d`
}

/** A length of time in words: `15 minutes`, `hour`, `7 days`; for use after "the last". */
export function formatSpan(ms: number): string {
  const units = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1_000, 'second'],
  ] as const
  const [size, name] = units.find(([unit]) => ms >= unit && ms % unit === 0) ?? units[3]
  const count = Math.round(ms / size)
  if (name === 'day' && count === 1) return '24 hours'
  return count === 1 ? name : `${count} ${name}s`
}

/** The length of a stored window as the API writes it: `1s`, `5m`, `2h`. */
export function formatStep(ms: number): string {
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'm'],
  ] as const
  const [size, name] = units.find(([unit]) => ms >= unit && ms % unit === 0) ?? [1000, 's']
  return `${ms / size}${name}`
}

/** A count with thin grouping: `12 345`. */
export function formatCount(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f')
}

/** Points a second: one decimal while it is small. */
export function formatRate(perSecond: number): string {
  return perSecond < 100 ? digits(Math.round(perSecond * 10) / 10) : formatCount(perSecond)
}

/** Time of day in the viewer's zone; milliseconds where slots are finer than a second. */
export function formatTime(epochMs: number, withMs = false): string {
  const d = new Date(epochMs)
  const two = (n: number) => String(n).padStart(2, '0')
  const time = `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`
  return withMs ? `${time}.${String(d.getMilliseconds()).padStart(3, '0')}` : time
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A day in the viewer's zone: `23 Nov`. */
export function formatDay(epochMs: number): string {
  const d = new Date(epochMs)
  return `${d.getDate()} ${months[d.getMonth()]}`
}

/** Day and time in the viewer's zone. */
export function formatDateTime(epochMs: number): string {
  const d = new Date(epochMs)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${formatTime(epochMs)}`
}
