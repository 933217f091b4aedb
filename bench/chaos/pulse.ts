import type { AlertRule } from '@streamgauge/core/alert-rule.ts'

/** The metric that alert rules are about: the first point of each request. */
export const pulseMetric = 'pulse'

/** Where the pulse is: above every threshold, between those of one rule, or below. */
export type Level = 1 | 0 | -1

/** How far levels lie apart: the number of a point, which makes its value its own, fits in between many times. */
export const levelSize = 1e9

/** Breaches that are shorter and longer than `durationMs`, ended by a value in between and by a low one. */
const course: readonly Level[] = [1, -1, 1, 1, 1, 1, 0, 1, 0, -1, -1, -1]

const settings = {
  /** One level lasts less than a rule waits, four last longer. */
  levelSeconds: 0.7,
  durationMs: 1_000,
  keepFiringMs: 300,
}

/** Where the pulse is when so many points have been sent: the same for all tenants, and for the same points. */
export function levelAt(points: number, pointsPerSecond: number): Level {
  const turn = Math.floor(points / (pointsPerSecond * settings.levelSeconds))
  return course[turn % course.length]
}

/**
 * The rules over a tenant's pulse. What they have to give must follow from the points alone, in the order of the log, to
 * be recomputed: so the clock may not decide anything that a point could have decided otherwise. Without a duration it
 * decides nothing. With one it applies a deadline about a second after it has passed, and a point that was under way all
 * the time, in a frozen process or a frozen log, is late then or not. So rules wait only where the clock has no choice:
 * over points so old that every deadline has passed before they come, and over points so far ahead that none has.
 */
export function rulesOver(ageMs: number, channel: number): AlertRule[] {
  const rule = {
    ...{ metricName: pulseMetric, operator: '>' as const, threshold: levelSize / 2, agentId: null, tags: {} },
    ...{ durationMs: 0, keepFiringMs: 0, clearThreshold: null, noData: 'keep' as const },
    ...{ severity: 'warning' as const, channels: [channel], enabled: true },
  }
  const clearing = { ...rule, clearThreshold: -levelSize / 2 }
  const waiting = { ...clearing, durationMs: settings.durationMs, keepFiringMs: settings.keepFiringMs }
  return [
    { ...rule, name: 'high' },
    { ...clearing, name: 'high until low' },
    ...(ageMs === 0 ? [] : [{ ...waiting, name: 'high for a while, until low for a while' }]),
  ]
}
