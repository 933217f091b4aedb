import { createRandom, type Random } from '@streamgauge/core/random.ts'

/** Something that goes wrong: what, how (a service, a fail point) and for how long. */
export interface Fault {
  readonly kind: FaultKind
  /** A service, or the fail points of one process and its successors. */
  readonly target?: string
  /** How long it lasts. */
  readonly ms?: number
  /** Which of several processes. */
  readonly slot: number
}

/** Faults of one cycle, all at once. */
export type Cycle = readonly Fault[]

const services = ['kafka', 'mariadb', 'redis'] as const

/**
 * Fail points (`steps.ts` of persist, rollup and alert), each list for one process and those that are started after it:
 * what is published again was left behind by a predecessor, and `+ms` kills in the middle of what follows.
 */
export const failPoints = [
  ['letters'],
  ['taken:3'],
  ['locked:3'],
  ['stored:3'],
  ['moved:3'],
  ['moved:2+1'],
  ['committed:3'],
  ['committed:2+1'],
  ['published:3'],
  ['committed:2', 'republished'],
  ['saved'],
  ['offsets:2'],
  ['rollup_taken:3'],
  ['rollup_locked:3'],
  ['rollup_written:3'],
  ['rollup_moved:3'],
  ['rollup_moved:2+1'],
  ['rollup_committed:3'],
  ['alert_taken:3'],
  ['alert_locked:3'],
  ['alert_written:3'],
  ['alert_moved:3'],
  ['alert_moved:2+1'],
  ['alert_committed:3'],
  ['alert_committed:2+1'],
  ['alert_relayed:2'],
] as const

/** Where somebody freezes that is about to write what it has taken, and has not locked anything yet. */
const freezingPoints = ['taken:20!', 'rollup_taken:6!', 'alert_taken:6!'] as const

/** A session lasts 10 s; a freeze that is longer costs the frozen one its partitions. */
const pastSessionMs: [number, number] = [11_000, 13_000]
const shortMs: [number, number] = [1_500, 5_000]
/** Clients wait 10 s for an answer; what they gave up on is answered, and stored, after the thaw. */
const pastClientsMs: [number, number] = [11_000, 13_000]

/** What can be drawn, and how often in relation to the others. */
const kinds = {
  'fail point': { weight: 14 },
  'kill pipeline': { weight: 3 },
  'kill all pipelines': { weight: 1 },
  'freeze pipeline': { weight: 2, ms: pastSessionMs },
  'freeze at work': { weight: 2, ms: pastSessionMs },
  'pause pipeline': { weight: 1, ms: shortMs },
  'end pipeline': { weight: 2 },
  'join and leave': { weight: 2, ms: [1_000, 4_000] as [number, number] },
  'kill http': { weight: 2 },
  'freeze http': { weight: 2, ms: pastClientsMs },
  'end http': { weight: 1 },
  'freeze service': { weight: 3, ms: shortMs },
  'kill service': { weight: 4 },
  'cut http': { weight: 1 },
  'cut store': { weight: 2 },
} as const satisfies Record<string, { weight: number; ms?: [number, number] }>
export type FaultKind = keyof typeof kinds

const names = Object.keys(kinds) as FaultKind[]
const urn = names.flatMap((kind) => Array<FaultKind>(kinds[kind].weight).fill(kind))
const secondFault = 0.2

/** The faults of a run: the same seed gives the same list. No fail point comes twice before all have come once. */
export function drawCycles(seed: number, count: number): Cycle[] {
  const random = createRandom(seed)
  const ordered = createRandom(-1 - seed)
  let left: string[] = []
  const drawPoints = () => {
    if (left.length === 0) left = failPoints.map((points) => points.join(' '))
    return left.splice(ordered.between(0, left.length - 1), 1)[0]
  }
  const draw = () => drawFault(random.pick(urn), random, drawPoints)
  return Array.from({ length: count }, () => {
    const first = draw()
    return random.chance(secondFault) ? [first, draw()] : [first]
  })
}

function drawFault(kind: FaultKind, random: Random, drawPoints: () => string): Fault {
  const span = kinds[kind] as { ms?: readonly [number, number] }
  // Drawn whether needed or not, so that a change of one kind doesn't shift all that follow.
  const [slot, share, service, before] = [
    random.between(0, 1_000),
    random.next(),
    random.pick(services),
    random.pick(freezingPoints),
  ]
  return {
    kind,
    slot,
    ...(span.ms && { ms: Math.round(span.ms[0] + share * (span.ms[1] - span.ms[0])) }),
    ...(kind === 'fail point' && { target: drawPoints() }),
    ...(kind.endsWith('service') && { target: service }),
    ...(kind === 'freeze at work' && { target: before }),
  }
}

/** Nearly everything once, several at a time: as much as fits into a test. What takes longest comes first. */
export function shortCycles(): Cycle[] {
  const dying = (slot: number, ...points: string[]): Fault => ({
    kind: 'fail point',
    target: points.join(' '),
    slot,
  })
  const freezing = (slot: number, target: (typeof freezingPoints)[number]): Fault => ({
    ...{ kind: 'freeze at work', ms: pastSessionMs[0], slot, target },
  })
  return [
    [
      { kind: 'kill service', target: 'kafka', slot: 0 },
      { kind: 'kill pipeline', slot: 1 },
    ],
    [
      freezing(1, 'alert_taken:6!'),
      freezing(2, 'taken:20!'),
      { kind: 'join and leave', ms: 500, slot: 0 },
      { kind: 'freeze http', ms: pastClientsMs[0], slot: 1 },
      { kind: 'kill http', slot: 0 },
    ],
    [dying(0, 'letters'), dying(1, 'rollup_committed:3'), dying(2, 'alert_committed:3')],
    [
      dying(0, 'moved:3', 'alert_relayed:2'),
      dying(1, 'moved:2+1'),
      dying(2, 'committed:3', 'rollup_moved:3'),
    ],
    [
      dying(0, 'committed:2+1', 'alert_moved:3'),
      dying(1, 'published:3', 'alert_written:3'),
      dying(2, 'committed:2', 'republished'),
    ],
    [dying(0, 'saved'), dying(1, 'taken:3', 'alert_locked:3'), dying(2, 'stored:3', 'rollup_written:3')],
    [{ kind: 'kill all pipelines', slot: 0 }],
    [
      { kind: 'cut http', slot: 0 },
      { kind: 'cut store', slot: 0 },
      { kind: 'end pipeline', slot: 1 },
      dying(0, 'locked:3', 'rollup_locked:3'),
      dying(2, 'rollup_taken:3', 'alert_moved:2+1'),
    ],
    [
      { kind: 'freeze service', target: 'mariadb', ms: 1_500, slot: 0 },
      { kind: 'kill service', target: 'redis', slot: 0 },
      dying(0, 'offsets:2', 'alert_committed:2+1'),
      dying(1, 'rollup_moved:2+1', 'alert_taken:3'),
    ],
    [{ kind: 'kill service', target: 'mariadb', slot: 0 }],
  ]
}

/** In words, for the line of a cycle. */
export function describeFault({ kind, target, ms }: Fault): string {
  const what = target === undefined ? kind : `${kind.replace(' service', '')} ${target}`
  return ms === undefined ? what : `${what} for ${(ms / 1000).toFixed(1)} s`
}
