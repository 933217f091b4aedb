import type { SeriesName, Tags } from './batch.ts'

/** Tags with their keys in code-unit order, so that equal tags are written alike. */
export function sortTags(tags: Tags): Tags {
  const keys = Object.keys(tags)
  if (keys.every((key, i) => i === 0 || keys[i - 1] < key)) return tags
  return Object.fromEntries(keys.sort().map((key) => [key, tags[key]]))
}

/**
 * The identity of a series inside its tenant as text: equal names give equal text, different names never do.
 * Tags must be sorted (see `sortTags`); the validation at the door sees to it.
 */
export function seriesIdentity(name: SeriesName): string {
  return JSON.stringify(name)
}
