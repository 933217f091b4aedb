import { hexOf } from './hex-of.ts'

/** Colours and fonts of a chart, read from the tokens: a canvas can't use custom properties itself. */
export interface ChartTheme {
  readonly surface: string
  readonly grid: string
  readonly line: string
  readonly text: string
  readonly raised: string
  readonly firing: string
  readonly pending: string
  readonly offline: string
  readonly series: readonly string[]
  readonly font: string
}

export const seriesColors = 8

/** The tokens that it is read from: as long as they are the same, so is the theme. */
export const themeTokens: readonly string[] = [
  'surface',
  'grid',
  'line-strong',
  'muted',
  'raised',
  'firing',
  'pending',
  'offline',
  ...Array.from({ length: seriesColors }, (_, i) => `series-${i + 1}`),
  'mono',
]

/** Reads the theme as it applies to `element` now. */
export function readTheme(element: Element): ChartTheme {
  const style = getComputedStyle(element)
  const token = (name: string) => style.getPropertyValue(`--sg-${name}`).trim()
  const color = (name: string) => hexOf(token(name))
  return {
    surface: color('surface'),
    grid: color('grid'),
    line: color('line-strong'),
    text: color('muted'),
    raised: color('raised'),
    firing: color('firing'),
    pending: color('pending'),
    offline: color('offline'),
    series: Array.from({ length: seriesColors }, (_, i) => color(`series-${i + 1}`)),
    font: token('mono'),
  }
}

/** Lines beyond the fourth are told apart by dashes too, in CSS pixels on and off. */
export function dashOf(index: number): readonly number[] {
  return [[], [6, 3], [2, 3]][Math.floor(index / 4) % 3]
}
