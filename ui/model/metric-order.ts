/** What people look at first when they look at a machine. */
const first = ['cpu.usage', 'memory.used', 'disk.usage']
/** What agents say of themselves; of interest when something is wrong with them. */
const own = 'agent.'

/** Orders names of metrics: what is looked at first, then by name, then what agents say of themselves. */
export function byInterest(a: string, b: string): number {
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0)
}

function rank(metric: string): number {
  const place = first.indexOf(metric)
  if (place >= 0) return place
  return metric.startsWith(own) ? first.length + 1 : first.length
}
