import type { AlertState } from '@streamgauge/core/alert.ts'
import type { AlertTransition } from '../api/alert-types.ts'
import { instanceOf, isFiring } from './alert-book.ts'
import { formatDateTime, formatValue, unitOf } from './format.ts'

/** A stretch of time in which something was wrong, epoch ms; infinite where it began before or has not ended. */
export interface AlertSpan {
  readonly state: Exclude<AlertState, 'OK'>
  readonly from: number
  readonly to: number
}

/** A moment at which an alert began or ceased to fire. */
export interface AlertMark {
  readonly at: number
  readonly begins: boolean
  readonly transition: AlertTransition
}

/** Marks that are too close to be told apart. */
export interface MarkCluster {
  /** Place of the first that begins to fire, else of the first. */
  readonly x: number
  readonly begins: boolean
  readonly marks: readonly AlertMark[]
}

/** When something was wrong: for each state the union over all series, in the order of time. */
export function alertSpans(transitions: readonly AlertTransition[]): AlertSpan[] {
  const spans: AlertSpan[] = []
  for (const own of Map.groupBy(transitions, instanceOf).values()) {
    let since = Number.NEGATIVE_INFINITY
    let state: AlertState = 'OK'
    for (const { from, to, at } of own) {
      if (from !== 'OK') spans.push({ state: from, from: since, to: at })
      since = at
      state = to
    }
    if (state !== 'OK') spans.push({ state, from: since, to: Number.POSITIVE_INFINITY })
  }
  return (['PENDING', 'NO_DATA', 'FIRING'] as const).flatMap((state) =>
    united(spans.filter((span) => span.state === state)),
  )
}

function united(spans: AlertSpan[]): AlertSpan[] {
  const done: AlertSpan[] = []
  for (const span of spans.sort((a, b) => a.from - b.from)) {
    const last = done.at(-1)
    if (last && span.from <= last.to) done[done.length - 1] = { ...last, to: Math.max(last.to, span.to) }
    else done.push(span)
  }
  return done
}

/** The moments worth a line: PENDING comes and goes without one. */
export function alertMarks(transitions: readonly AlertTransition[]): AlertMark[] {
  return transitions
    .filter(({ from, to }) => isFiring(to) || isFiring(from))
    .map((transition) => ({ at: transition.at, begins: isFiring(transition.to), transition }))
}

/** Joins marks that are closer than `leastPx`, those in the order of time; `x` places a time. */
export function clusterMarks(
  marks: readonly AlertMark[],
  x: (at: number) => number,
  leastPx: number,
): MarkCluster[] {
  const clusters: { start: number; marks: AlertMark[] }[] = []
  for (const mark of marks) {
    const place = x(mark.at)
    const last = clusters.at(-1)
    if (last && place - last.start < leastPx) last.marks.push(mark)
    else clusters.push({ start: place, marks: [mark] })
  }
  return clusters.map(({ marks: own }) => {
    const lead = own.find(({ begins }) => begins) ?? own[0]
    return { x: x(lead.at), begins: lead.begins, marks: own }
  })
}

/** The slot of the next mark after, or the last before a slot; undefined when there is none in `within`. */
export function stepToMark(
  slots: readonly number[],
  at: number,
  direction: 1 | -1,
  within: { readonly from: number; readonly to: number },
): number | undefined {
  const reached = slots.filter(
    (slot) => slot >= within.from && slot <= within.to && (slot - at) * direction > 0,
  )
  if (reached.length === 0) return undefined
  return direction === 1 ? Math.min(...reached) : Math.max(...reached)
}

/** Marks in words: one with everything about it, several by their number. */
export function marksText(marks: readonly AlertMark[]): string {
  if (marks.length === 1) {
    const { rule_name, series, value, at, reason } = marks[0].transition
    const who = [series[1], ...Object.entries(series[2]).map(([key, text]) => `${key}=${text}`)].filter(
      Boolean,
    )
    const said =
      reason === 'threshold' && value !== null
        ? formatValue(value, unitOf(series[0]))
        : reason.replaceAll('_', ' ')
    return [changeWord(marks[0].transition), rule_name, who.join(' '), said, formatDateTime(at).slice(11)]
      .filter(Boolean)
      .join(' · ')
  }
  const begun = marks.filter(({ begins }) => begins).length
  const counts = [
    begun > 0 ? `${begun} firing` : '',
    begun < marks.length ? `${marks.length - begun} resolved` : '',
  ]
  return `${counts.filter(Boolean).join(', ')} · ${[...new Set(marks.map(({ transition }) => transition.rule_name))].join(', ')}`
}

/** What has happened to an alert, in one word or two. */
export function changeWord({ from, to }: Pick<AlertTransition, 'from' | 'to'>): string {
  if (to === 'OK') return from === 'PENDING' ? 'Cleared' : 'Resolved'
  return { PENDING: 'Pending', FIRING: 'Firing', NO_DATA: 'No data' }[to]
}
