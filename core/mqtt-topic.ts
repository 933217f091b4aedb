import { isAgentId, isTenantName } from './names.ts'

/** What the topic of a measurement names. The broker lets an agent publish below its own name only. */
export interface MetricTopic {
  readonly tenant: string
  readonly agent: string
  /** The metric, or `batchLevel` for a message of many points. */
  readonly metric: string
}

/** Stands in the place of the metric when the payload names the metrics. */
export const batchLevel = '_batch'

export type TopicReading =
  | { readonly ok: true; readonly topic: MetricTopic }
  | { readonly ok: false; readonly detail: string }

/** Reads `metrics/{tenant}/{agent}/{metric}`: exactly four levels. The metric is judged with its point. */
export function readMetricTopic(text: string): TopicReading {
  const levels = text.split('/')
  const [root, tenant, agent, metric] = levels
  if (root !== 'metrics') return bad('it does not begin with metrics/')
  if (levels.length !== 4) return bad(`it has ${levels.length} levels instead of 4`)
  if (!isTenantName(tenant)) return bad('the second level is not the name of a tenant')
  if (!isAgentId(agent)) return bad('the third level is not the id of an agent')
  if (metric === '') return bad('the metric is empty')
  return { ok: true, topic: { tenant, agent, metric } }
}

/** Reads `agents/{tenant}/{agent}/status`; undefined when it is anything else. */
export function readStatusTopic(text: string): { tenant: string; agent: string } | undefined {
  const levels = text.split('/')
  const [root, tenant, agent, last] = levels
  const isStatus = levels.length === 4 && root === 'agents' && last === 'status'
  return isStatus && isTenantName(tenant) && isAgentId(agent) ? { tenant, agent } : undefined
}

function bad(detail: string): TopicReading {
  return { ok: false, detail }
}
