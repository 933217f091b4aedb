import type { Unit } from './unit.ts'

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
export function digits(value: number): string {
  const size = Math.abs(value)
  if (size !== 0 && size < 0.001) return value.toExponential(1)
  const places = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3
  // rounding first, so that 9.999 reads 10 and -0.0001 does not read -0
  const rounded = Number(value.toFixed(places))
  return Object.is(rounded, -0) ? '0' : String(rounded)
}
