import { seriesIdentity } from '@streamgauge/core/series.ts'
import { type AlertNews, goesOn, newsOf, type Transition } from '@streamgauge/core/transition.ts'
import type { Change } from './expected.ts'

/** A message as its receiver got it. */
export interface Message {
  /** `webhook-id`: the same for every try (Standard Webhooks 1.0). */
  readonly id: string
  readonly body: string
}

/** Everything that alerts have left. */
export interface AlertEvidence {
  /** What the points give, those of a rule and a series in their order. */
  readonly expected: readonly Change[]
  /** The rows of `alerts` in the order of their ids. */
  readonly recorded: readonly Transition[]
  /** The values of `alerts.transitions`, each partition in its order. */
  readonly published: readonly string[]
  /** What the receiver got, in the order in which it came. */
  readonly messages: readonly Message[]
}

/** What may not happen, counted; all zero is what the product promises. */
export interface AlertFlaws {
  /** Transitions that the points give and nobody has recorded. */
  transitionsLost: number
  /** Transitions recorded once more than the points give them. */
  transitionsDoubled: number
  /** Transitions that the points don't give, or not in this order. */
  transitionsWrong: number
  /** Transitions that `alerts.transitions` doesn't tell, or tells differently, and such that it makes up. */
  transitionsNotPublished: number
  /** Transitions of which the receiver wasn't told. */
  notificationsLost: number
  /** Messages about a transition under a second id. */
  notificationsDoubled: number
  /** Messages about nothing that is to be told, that say something else, or that come before what goes first. */
  notificationsWrong: number
}

export interface AlertVerdict {
  readonly flaws: AlertFlaws
  readonly counts: {
    readonly transitions: number
    readonly transitionsAgain: number
    readonly notifications: number
    readonly notificationsAgain: number
  }
  /** The first few of each flaw. */
  readonly examples: readonly string[]
}

type Blame = (flaw: keyof AlertFlaws, what: string, count?: number) => void

const examplesPerFlaw = 3

/** Holds what alerts have recorded, published and told against what the points give, and against each other. */
export function judgeAlerts(evidence: AlertEvidence): AlertVerdict {
  const flaws: AlertFlaws = {
    transitionsLost: 0,
    transitionsDoubled: 0,
    transitionsWrong: 0,
    transitionsNotPublished: 0,
    notificationsLost: 0,
    notificationsDoubled: 0,
    notificationsWrong: 0,
  }
  const examples: string[] = []
  const blame: Blame = (flaw, what, count = 1) => {
    if (flaws[flaw] < examplesPerFlaw) examples.push(`${flaw}: ${what}`)
    flaws[flaw] += count
  }
  judgeRecorded(evidence, blame)
  const transitionsAgain = judgePublished(evidence, blame)
  const notifications = firstOfEach(evidence.messages, blame)
  judgeTold(evidence.recorded, notifications, blame)
  return {
    flaws,
    counts: {
      transitions: evidence.recorded.length,
      transitionsAgain,
      notifications: notifications.length,
      notificationsAgain: evidence.messages.length - notifications.length,
    },
    examples,
  }
}

function judgeRecorded({ expected, recorded }: AlertEvidence, blame: Blame): void {
  const due = Map.groupBy(expected, watchOf)
  const found = Map.groupBy(recorded, watchOf)
  for (const watch of new Set([...due.keys(), ...found.keys()])) {
    const wanted = (due.get(watch) ?? []).map(textOf)
    const actual = (found.get(watch) ?? []).map(textOf)
    const wantedTimes = Map.groupBy(wanted, (text) => text)
    const actualTimes = Map.groupBy(actual, (text) => text)
    for (const [text, { length }] of wantedTimes) {
      const times = actualTimes.get(text)?.length ?? 0
      if (times < length) blame('transitionsLost', `${watch} ${text}`, length - times)
      if (times > length) blame('transitionsDoubled', `${watch} ${text}`, times - length)
    }
    for (const [text, { length }] of actualTimes) {
      if (!wantedTimes.has(text)) blame('transitionsWrong', `${watch} ${text}`, length)
    }
    const order = [...actualTimes.keys()].filter((text) => wantedTimes.has(text))
    const right = [...wantedTimes.keys()].filter((text) => actualTimes.has(text))
    const first = order.findIndex((text, i) => text !== right[i])
    if (first >= 0) blame('transitionsWrong', `${watch} ${order[first]} comes where ${right[first]} is due`)
  }
}

/** Answers how many were published again: readers skip ids they have. */
function judgePublished({ recorded, published }: AlertEvidence, blame: Blame): number {
  const missing = new Map(recorded.map((one) => [one.id, one]))
  const texts = new Map<number, string>()
  let again = 0
  for (const value of published) {
    const told: Transition = JSON.parse(value)
    const { id } = told
    const before = texts.get(id)
    if (before !== undefined) {
      again++
      if (before !== value) blame('transitionsNotPublished', `${id} is published differently`)
      continue
    }
    texts.set(id, value)
    const one = missing.get(id)
    missing.delete(id)
    if (!one || !isSame(one, told)) blame('transitionsNotPublished', `${value} is not what is recorded`)
  }
  for (const id of missing.keys()) blame('transitionsNotPublished', `${id} is not published`)
  return again
}

/** Of each message its first try; the others have to say the same. */
function firstOfEach(messages: readonly Message[], blame: Blame): Message[] {
  const first = new Map<string, Message>()
  for (const message of messages) {
    const before = first.get(message.id)
    if (!before) first.set(message.id, message)
    else if (before.body !== message.body)
      blame('notificationsWrong', `${message.id} says something else when it comes again`)
  }
  return [...first.values()]
}

function judgeTold(recorded: readonly Transition[], messages: readonly Message[], blame: Blame): void {
  const due = new Map<number, { one: Transition; news: AlertNews }>()
  const open = new Map<string, boolean>()
  for (const one of recorded) {
    const news = newsOf(one, open.get(watchOf(one)) ?? false)
    open.set(watchOf(one), goesOn(one))
    if (news) due.set(one.id, { one, news })
  }
  const told = new Map<number, string>()
  const lastOf = new Map<string, number>()
  for (const { id, body } of messages) {
    const { type, data }: { type: string; data: Transition } = JSON.parse(body)
    const { one, news } = due.get(data.id) ?? {}
    const before = told.get(data.id)
    if (!one) {
      blame('notificationsWrong', `${id} is about ${data.id}, of which nobody is to be told`)
      continue
    }
    if (before !== undefined) {
      blame('notificationsDoubled', `${data.id} is told as ${before} and as ${id}`)
      continue
    }
    told.set(data.id, id)
    if (type !== `alert.${news}` || !isSame(one, data))
      blame('notificationsWrong', `${body} is not what is recorded`)
    const watch = watchOf(one)
    const last = lastOf.get(watch) ?? 0
    if (data.id < last) blame('notificationsWrong', `${data.id} is told after ${last}`)
    lastOf.set(watch, Math.max(last, data.id))
  }
  for (const id of due.keys()) if (!told.has(id)) blame('notificationsLost', `nobody was told of ${id}`)
}

function watchOf({ rule_id, series }: Change): string {
  return `${rule_id} ${seriesIdentity(series)}`
}

function textOf({ from, to, reason, value, at, position }: Change): string {
  return `${from} → ${to} at ${at}, ${reason}, ${value}, ${position}`
}

function isSame(one: Transition, other: Transition): boolean {
  return one.id === other.id && watchOf(one) === watchOf(other) && textOf(one) === textOf(other)
}
