import type { Unit } from '@streamgauge/core/unit.ts'

export { type Unit, unitOf } from '@streamgauge/core/unit.ts'

const si = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const

const binary = [
  [2 ** 40, 'TiB'],
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
] as const

/** A value for reading at a glance: about four digits, with its unit. */
export function formatValue(value: number, unit: Unit = 'none'): string {
  if (Number.isNaN(value)) return '–'
  if (unit === 'percent') return `${digits(value)} %`
  if (unit === 'bytes') return scaled(value, binary, 'B')
  if (unit === 'ms' && Math.abs(value) >= 10_000) return `${digits(value / 1000)} s`
  if (unit === 'ms') return `${digits(value)} ms`
  if (unit === 's') return `${digits(value)} s`
  if (unit === 'rate') return `${scaled(value, si, '')}/s`
  return scaled(value, si, '')
}

function scaled(value: number, scale: readonly (readonly [number, string])[], unit: string): string {
  const size = Math.abs(value)
  if (size >= 1e15) return value.toExponential(2)
  // four digits read well without a k
  const step = size < 10_000 && scale === si ? undefined : scale.find(([factor]) => size >= factor)
  if (!step) return unit ? `${digits(value)} ${unit}` : digits(value)
  const gap = unit ? ' ' : ''
  return `${digits(value / step[0])}${gap}${step[1]}`
}

/** Four significant digits, never fewer than the whole part; very small values by exponent. */
function digits(value: number): string {
  const size = Math.abs(value)
  if (size !== 0 && size < 0.001) return value.toExponential(1)
  const places = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3
  // rounding first, so that 9.999 reads 10 and -0.0001 does not read -0
  const rounded = Number(value.toFixed(places))
  return Object.is(rounded, -0) ? '0' : String(rounded)
}

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
