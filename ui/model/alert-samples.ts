import type { AlertState } from '@streamgauge/core/alert.ts'
import type { AlertTransition } from '../api/alert-types.ts'

const states: Readonly<Record<string, AlertState>> = { O: 'OK', P: 'PENDING', F: 'FIRING', N: 'NO_DATA' }

/** For tests: a transition from `id@at from>to agent`, such as `3@500 P>F web-1`. */
export function transition(text: string, parts: Partial<AlertTransition> = {}): AlertTransition {
  const [place, change, agent = 'web-1'] = text.split(' ')
  const [id, at] = place.split('@').map(Number)
  const [from, to] = change.split('>').map((letter) => states[letter])
  return {
    ...{ id, at, from, to, rule_id: 1, rule_name: 'CPU hot', severity: 'critical', reason: 'threshold' },
    ...{ value: 97, threshold: 90, series: ['cpu.usage', agent, {}], position: '0:0' },
    ...parts,
  }
}
