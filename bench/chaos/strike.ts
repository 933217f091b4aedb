import { setTimeout as sleep } from 'node:timers/promises'
import { poll } from '../poll.ts'
import type { Arena } from './arena.ts'
import type { Fault, FaultKind } from './plan.ts'
import type { Slot } from './slot.ts'

/** What a fault needs besides the arena. */
export interface Strike {
  readonly arena: Arena
  /** Puts a record that is no batch into the log. */
  rubbish(): Promise<void>
}

/** Long enough for a process to start on a busy machine and to come past its fail point. */
const failPointMs = 60_000
const rubbishEveryMs = 300

/**
 * Lets a fault happen and resolves when it is over: when a frozen process goes on, a killed one is dead. Answers
 * false when it didn't come to it, such as a fail point that no process came past.
 */
export async function strike(using: Strike, fault: Fault): Promise<boolean> {
  return table[fault.kind](using, fault)
}

const table: Record<FaultKind, (using: Strike, fault: Fault) => Promise<boolean> | boolean> = {
  'fail point': dieAtFailPoints,
  'kill pipeline': ({ arena }, fault) => of(arena.pipelines, fault).signal('SIGKILL'),
  'kill all pipelines': ({ arena }) => arena.pipelines.map((slot) => slot.signal('SIGKILL')).some(Boolean),
  'freeze pipeline': ({ arena }, fault) => freeze(of(arena.pipelines, fault), fault),
  'freeze at work': freezeAtWork,
  'pause pipeline': ({ arena }, fault) => freeze(of(arena.pipelines, fault), fault),
  'end pipeline': ({ arena }, fault) => end(of(arena.pipelines, fault)),
  async 'join and leave'({ arena }, { ms = 0 }) {
    const [one, two] = [await arena.join(), await arena.join()]
    await Promise.all([one.live, two.live])
    await sleep(ms)
    await one.stop()
    two.signal('SIGKILL')
    await two.stop()
    return true
  },
  'freeze http': ({ arena }, fault) => freeze(of(arena.http, fault), fault),
  'kill http': ({ arena }, fault) => of(arena.http, fault).signal('SIGKILL'),
  'end http': ({ arena }, fault) => end(of(arena.http, fault)),
  'freeze service': ({ arena }, fault) => freeze(serviceOf(arena, fault), fault),
  'kill service': ({ arena }, fault) => serviceOf(arena, fault).signal('SIGKILL'),
  'cut http': ({ arena }) => arena.doors.map((door) => door.cut()).some((count) => count > 0),
  'cut store': ({ arena }) => arena.storeWay.cut() > 0,
}

/** Kills one process; its successors die at their fail points, one after the other. */
async function dieAtFailPoints({ arena, rubbish }: Strike, fault: Fault): Promise<boolean> {
  const slot = of(arena.pipelines, fault)
  const points = fault.target?.split(' ') ?? []
  const before = slot.killed
  slot.failAt(points)
  // Where there is none at the moment, the next one is the first that dies.
  const first = before + (slot.signal('SIGKILL') ? 1 : 0)
  const over = new AbortController()
  if (points.includes('letters')) void repeat(rubbish, rubbishEveryMs, over.signal)
  // Under load it saves with the next run; by itself only when there is none, as at its end.
  if (points.includes('saved')) {
    await slot.killedTimes(first, failPointMs)
    await poll(() => hasStored(slot), failPointMs).catch(() => undefined)
    slot.signal('SIGTERM')
  }
  const died = await slot.killedTimes(first + points.length, failPointMs)
  over.abort()
  return died
}

/** Whether the process that runs there now has stored a point. */
async function hasStored({ port }: Slot): Promise<boolean> {
  const text = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(1_000) })
    .then((answer) => answer.text())
    .catch(() => '')
  return /^streamgauge_persist_points_total [1-9]/m.test(text)
}

async function repeat(work: () => Promise<void>, everyMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await work().catch(() => undefined)
    await sleep(everyMs)
  }
}

async function freeze(what: Pick<Slot, 'signal'>, { ms = 0 }: Fault): Promise<boolean> {
  if (!what.signal('SIGSTOP')) return false
  await sleep(ms)
  return what.signal('SIGCONT')
}

/**
 * Freezes a process with something in its hands that it has not locked yet: when it goes on, it goes on with that, which
 * somebody else has handled long ago. (Frozen at any other time it mostly learns of its end first.)
 */
async function freezeAtWork({ arena }: Strike, fault: Fault): Promise<boolean> {
  const slot = of(arena.pipelines, fault)
  slot.failAt(fault.target?.split(' ') ?? [])
  slot.signal('SIGKILL')
  return (await slot.frozen(failPointMs)) && freeze(slot, fault)
}

async function end(slot: Slot): Promise<boolean> {
  const before = slot.ended
  return slot.signal('SIGTERM') && slot.endedTimes(before + 1, failPointMs)
}

function of(slots: readonly Slot[], { slot }: Fault): Slot {
  return slots[slot % slots.length]
}

function serviceOf(arena: Arena, { target }: Fault): Pick<Slot, 'signal'> {
  const control = arena.services.control[target as keyof typeof arena.services.control]
  return {
    signal(name) {
      if (control.pid() === undefined) return false
      control.signal(name)
      return true
    },
  }
}
