import { median } from '../stats.ts'
import type { RunResult } from './run.ts'

/** The verdict as a table of text. */
export function reportOf(result: RunResult): string {
  const { flaws, counts, alerts, stream, cycles, surprises, complaints } = result
  const times = cycles.flatMap(({ recoveryMs }) => recoveryMs ?? [])
  const kills = cycles
    .filter(({ faults }) => faults === 'kill pipeline' || faults === 'kill all pipelines')
    .flatMap(({ recoveryMs }) => recoveryMs ?? [])
  const lines: [string, string | number][] = [
    ['cycles', result.skipped === 0 ? cycles.length : `${cycles.length}, NO TIME FOR ${result.skipped} MORE`],
    ['faults tried again', cycles.reduce((sum, { again }) => sum + again, 0)],
    ['points sent', counts.sent],
    ['points acknowledged', counts.acknowledged],
    ['rows', counts.rows],
    ['records', counts.records],
    ['records published again', counts.republished],
    ['records set aside', counts.dead],
    ['LOST', flaws.lost],
    ['DOUBLED', flaws.doubled],
    ['STORED THOUGH REFUSED', flaws.refusedButStored],
    ['IN THE LOG, NOT STORED', flaws.unstored],
    ['ROWS NOT IN THE LOG', flaws.rowsNotInLog],
    ['HOLES', flaws.holes],
    ['PUBLISHED DIFFERENTLY', flaws.differing],
    ['PUBLISHED ≠ ROWS', flaws.publishedNotRows],
    ['DEAD WRONGLY', flaws.deadWrong],
    ['WINDOWS ≠ POINTS', result.rollups.wrong],
    ['alerts: transitions', alerts.counts.transitions],
    ['alerts: transitions published again', alerts.counts.transitionsAgain],
    ['alerts: notifications', alerts.counts.notifications],
    ['alerts: notifications sent again', alerts.counts.notificationsAgain],
    ['alerts: TRANSITIONS LOST', alerts.flaws.transitionsLost],
    ['alerts: TRANSITIONS DOUBLED', alerts.flaws.transitionsDoubled],
    ['alerts: TRANSITIONS ≠ POINTS', alerts.flaws.transitionsWrong],
    ['alerts: TRANSITIONS NOT PUBLISHED', alerts.flaws.transitionsNotPublished],
    ['alerts: NOTIFICATIONS LOST', alerts.flaws.notificationsLost],
    ['alerts: NOTIFICATIONS DOUBLED', alerts.flaws.notificationsDoubled],
    ['alerts: NOTIFICATIONS ≠ TRANSITIONS', alerts.flaws.notificationsWrong],
    ['alerts: STUCK', alerts.waiting.join(', ') || 0],
    ['STUCK PARTITIONS', result.stuckPartitions],
    ['NOT MOVING AGAIN', cycles.filter(({ recoveryMs }) => recoveryMs === null).length],
    [
      'ROLLUPS OR ALERTS NOT MOVING AGAIN',
      cycles.filter(({ rollupMs, alertMs }) => rollupMs === null || alertMs === null).length,
    ],
    ['FAULTS THAT DID NOT COME TO PASS', cycles.filter(({ happened }) => !happened).length],
    ['UNEXPECTED ANSWERS', listed(surprises)],
    ['ERRORS OF THE ROLES', listed(complaints)],
    ['stream: points', stream.points],
    ['stream: LOST', stream.lost],
    ['stream: DOUBLED', stream.doubled],
    ['stream: reconnects, resyncs', `${stream.reconnects}, ${stream.resyncs}`],
    ['moving again after a kill', spread(kills)],
    ['moving again after a fault', spread(times)],
    ['— with rollups', spread(cycles.flatMap(({ rollupMs }) => rollupMs ?? []))],
    ['— with alerts', spread(cycles.flatMap(({ alertMs }) => alertMs ?? []))],
  ]
  const width = Math.max(...lines.map(([name]) => name.length))
  const table = lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)
  const all = [...result.examples, ...result.rollups.examples, ...alerts.examples]
  const examples = all.map((example) => `  ${example}`)
  const logs = result.good ? [] : [`  logs of the roles: ${result.folder}`]
  return ['', ...table, ...examples, ...logs, result.good ? 'good' : 'NOT GOOD'].join('\n')
}

function listed(counts: ReadonlyMap<string, number>): string | number {
  return [...counts].map(([what, times]) => `${times} × ${what}`).join(', ') || 0
}

function spread(ms: readonly number[]): string {
  if (ms.length === 0) return '–'
  return `median ${Math.round(median(ms))} ms, most ${Math.max(...ms)} ms`
}
