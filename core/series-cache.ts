import type { SeriesName, Tags } from './batch.ts'
import { limits } from './limits.ts'
import { isAgentId, isCleanText } from './names.ts'
import { sortTags } from './series.ts'

/** A series that was seen and found valid. */
export interface KnownSeries {
  readonly name: SeriesName
  /** Colons in its texts plus one for each tag: see `core/json-scan.ts`. */
  readonly colons: number
  /** The turn that `index` belongs to. */
  turn: number
  /** Its place in the batch of that turn. */
  index: number
  /** True once it is known to count into its tenant's number of series. */
  counted: boolean
}

interface Metric {
  plain: KnownSeries | undefined
  readonly byAgent: Map<string, KnownSeries>
  readonly byTags: Map<string, KnownSeries>
}

/**
 * The series of one tenant that its producers name again and again: found by three look-ups without building or
 * checking anything. Bounded: it starts anew when it is full.
 */
export interface SeriesCache {
  /** Starts a batch; everything returned from `find` belongs to it. */
  nextTurn(): number
  /** The series of these parts, or undefined when one of them is not valid. */
  find(metric: string, agent: string | undefined, tags: object | undefined): KnownSeries | undefined
  /** The series that was kept under this name; undefined when it was not, or no longer. */
  findBytes(name: NameBytes): KnownSeries | undefined
  keepBytes(name: NameBytes, series: KnownSeries): void
}

/** The name of a series as it stood in a body. */
export interface NameBytes {
  readonly bytes: Uint8Array
  readonly length: number
  readonly hash: number
}

interface Slot {
  readonly bytes: Uint8Array
  readonly series: KnownSeries
}

/** Slots for names as bytes, a power of two; a name stands in one of a few places that follow each other. */
const slotCount = 8_192
const places = 4

export function createSeriesCache(capacity: number): SeriesCache {
  let metrics = new Map<string, Metric>()
  let slots: (Slot | undefined)[] = []
  let size = 0
  let turn = 0

  function findTagged(
    metric: Metric,
    name: string,
    agent: string | undefined,
    tags: object,
  ): KnownSeries | undefined {
    const key = tagKey(agent, tags as Record<string, unknown>)
    if (key === undefined) return undefined
    const held = metric.byTags.get(key)
    if (held) return held
    const made = makeSeries(name, agent, tags as Record<string, unknown>)
    if (made) {
      // The same tags in another order are the same series.
      const sorted = tagKey(agent, made.name[2]) as string
      const same = metric.byTags.get(sorted) ?? made
      metric.byTags.set(sorted, same).set(key, same)
      size++
      return same
    }
    return undefined
  }

  return {
    nextTurn() {
      if (size > capacity) {
        metrics = new Map()
        slots = []
        size = 0
      }
      return ++turn
    },
    findBytes(name) {
      const first = slotOf(name.hash)
      for (let i = 0; i < places; i++) {
        const slot = slots[(first + i) & (slotCount - 1)]
        if (slot === undefined) return undefined
        if (isSame(slot.bytes, name)) return slot.series
      }
      return undefined
    },
    keepBytes(name, series) {
      if (slots.length === 0) slots = new Array(slotCount).fill(undefined)
      const first = slotOf(name.hash)
      let at = first
      while (slots[at & (slotCount - 1)] !== undefined && at < first + places - 1) at++
      slots[at & (slotCount - 1)] = { bytes: name.bytes.slice(0, name.length), series }
    },
    find(name, agent, tags) {
      let metric = metrics.get(name)
      if (!metric) {
        if (!isCleanText(name, limits.metricNameLength)) return undefined
        metric = { plain: undefined, byAgent: new Map(), byTags: new Map() }
        metrics.set(name, metric)
        size++
      }
      if (tags !== undefined) return findTagged(metric, name, agent, tags)
      const held = agent === undefined ? metric.plain : metric.byAgent.get(agent)
      if (held) return held
      const made = makeSeries(name, agent, {})
      if (!made) return undefined
      size++
      if (agent === undefined) metric.plain = made
      else metric.byAgent.set(agent, made)
      return made
    },
  }
}

/** Names differ in few bits, and so do their hashes: stirred, they spread (the last step of MurmurHash3). */
function slotOf(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) & (slotCount - 1)
}

function isSame(kept: Uint8Array, name: NameBytes): boolean {
  if (kept.length !== name.length) return false
  for (let i = 0; i < kept.length; i++) if (kept[i] !== name.bytes[i]) return false
  return true
}

/**
 * Tags and agent as one text. The separators can stand in no valid text, and the number of tags leads, so what is
 * not valid never meets the key of something that is.
 */
function tagKey(agent: string | undefined, tags: Record<string, unknown>): string | undefined {
  let key = agent ?? ''
  let count = 0
  for (const name in tags) {
    const value = tags[name]
    if (typeof value !== 'string') return undefined
    key += `\u0000${name}\u0001${value}`
    count++
  }
  return count + key
}

function makeSeries(
  metric: string,
  agent: string | undefined,
  tags: Record<string, unknown>,
): KnownSeries | undefined {
  if (agent !== undefined && !isAgentId(agent)) return undefined
  if (tagsFault(tags) !== undefined) return undefined
  const sorted = sortTags(tags as Tags)
  let colons = countColons(metric) + countColons(agent ?? '')
  for (const key of Object.keys(sorted)) colons += 1 + countColons(key) + countColons(sorted[key])
  return { name: [metric, agent ?? null, sorted], colons, turn: 0, index: 0, counted: false }
}

/** What is wrong with a tags object, in words; undefined when nothing is. */
export function tagsFault(tags: Readonly<Record<string, unknown>>): string | undefined {
  const keys = Object.keys(tags)
  if (keys.length > limits.tagsPerPoint)
    return `there are ${keys.length} tags, at most ${limits.tagsPerPoint} fit`
  for (const key of keys) {
    if (key === '__proto__') return 'a tag cannot be called __proto__'
    if (!isCleanText(key, limits.tagKeyLength)) {
      return `a key must have 1 to ${limits.tagKeyLength} characters without control characters or lone surrogates`
    }
    const value = tags[key]
    if (typeof value !== 'string') return `the value of "${key}" must be a string`
    if (value !== '' && !isCleanText(value, limits.tagValueLength)) {
      return `the value of "${key}" must have at most ${limits.tagValueLength} characters without control characters or lone surrogates`
    }
  }
  return undefined
}

/** Colons in a text. */
export function countColons(text: string): number {
  let count = 0
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) count++
  return count
}
