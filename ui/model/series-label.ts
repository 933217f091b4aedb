import type { SeriesName } from '@streamgauge/core/batch.ts'

/** Names series by what tells them apart on one chart: the agent, and the tags that are not the same everywhere. */
export function seriesLabels(names: readonly SeriesName[]): string[] {
  const agents = new Set(names.map(([, agent]) => agent))
  const keys = new Set(names.flatMap(([, , tags]) => Object.keys(tags)))
  const differing = [...keys].filter((key) => new Set(names.map(([, , tags]) => tags[key])).size > 1).sort()
  return names.map(([metric, agent, tags]) => {
    const parts = differing.filter((key) => key in tags).map((key) => `${key}=${tags[key]}`)
    const showAgent = agent !== null && (agents.size > 1 || parts.length === 0)
    if (showAgent) parts.unshift(agent)
    if (parts.length > 0) return parts.join(' · ')
    const all = Object.entries(tags).map(([key, value]) => `${key}=${value}`)
    return all.length > 0 ? all.join(' · ') : metric
  })
}

/** The full name, for tooltips and tables: `cpu.usage · web-1 · region=eu`. */
export function seriesText([metric, agent, tags]: SeriesName): string {
  const parts = Object.entries(tags).map(([key, value]) => `${key}=${value}`)
  return [metric, agent, ...parts].filter((part) => part !== null).join(' · ')
}
