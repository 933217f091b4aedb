import { type Unit, unitOf } from '@streamgauge/core/unit.ts'

const words: Readonly<Record<Unit, string | null>> = {
  percent: '%',
  bytes: 'bytes',
  ms: 'ms',
  s: 's',
  rate: 'per second',
  none: null,
}

/** What the system agent measures, as docs/agent.md lists it: its names don't end in a unit. */
const measured: readonly [RegExp, string][] = [
  [/^(cpu|cpu\.core|disk)\.usage$/, '%'],
  [/^memory\.(used|available|total)$/, 'bytes'],
  [/^disk\.(used|total)$/, 'bytes'],
  [/^(disk\.(read|write)|network\.(receive|transmit))_rate$/, 'bytes per second'],
  [/^load\.\d+m$/, 'processes'],
]

/** The unit of a metric in a word; null where its name doesn't tell. */
export function unitWord(metric: string): string | null {
  return measured.find(([name]) => name.test(metric))?.[1] ?? words[unitOf(metric)]
}
