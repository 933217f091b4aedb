import { compileValidator } from '@streamgauge/adapters/http/validate.ts'
import type { Tool } from './tool.ts'
import { listAgents } from './tools/agents.ts'
import { listAlertHistory, listFiringAlerts } from './tools/alerts.ts'
import { getHealth } from './tools/health.ts'
import { queryHistory } from './tools/history.ts'
import { listMetrics } from './tools/metrics.ts'
import { changeAlertRule, createAlertRule, listAlertRules, listChannels } from './tools/rules.ts'
import { listSeries } from './tools/series.ts'
import { listTenants } from './tools/tenants.ts'

/** Everything that an assistant can do, in the order in which it reads it. */
export const tools: readonly Tool[] = [
  listTenants,
  listAgents,
  listMetrics,
  listSeries,
  queryHistory,
  listFiringAlerts,
  listAlertHistory,
  getHealth,
  listAlertRules,
  listChannels,
  createAlertRule,
  changeAlertRule,
]

const validators = new Map(
  tools.map(({ name, input }) => [
    name,
    compileValidator({ schema: input, method: 'POST', url: '/mcp', httpPart: 'body' }),
  ]),
)

/** What is wrong with the arguments of a tool, in words; undefined: nothing. Fills defaults in. */
export function faultsOf(tool: Tool, args: unknown): string | undefined {
  const check = validators.get(tool.name)
  if (!check || check(args) === true) return undefined
  const words = check.errors?.map(({ instancePath, message, params }) => {
    const field = [...instancePath.split('/').filter(Boolean), params?.additionalProperty]
      .filter(Boolean)
      .join('.')
    return field ? `${field}: ${message}` : message
  })
  return words?.join('; ')
}
