import type { Readiness } from '@streamgauge/adapters/http/health.ts'
import { tenantPath } from '../caller.ts'
import { gives, isoTime, nullable, takes, tenant, time } from '../schema.ts'
import { defineTool } from '../tool.ts'

interface Detail {
  readonly series_count: number | null
  readonly ingest: {
    readonly points_per_s: number
    readonly lag_ms: number | null
    readonly behind_records: number
    readonly behind_ms: number
  }
  readonly server_time: number
  readonly warnings: readonly string[]
}

export const getHealth = defineTool<{ tenant?: string }>({
  name: 'get_health',
  title: 'Tell how the installation and a tenant are doing',
  description:
    'Whether MariaDB, Redis, the log and the other parts answer, and how a tenant’s points flow: rate, lag, backlog.',
  scope: 'read',
  input: takes({ tenant }),
  output: gives({
    status: { type: 'string', enum: ['ok', 'degraded', 'unavailable'], description: 'Of the installation.' },
    checks: {
      type: 'object',
      additionalProperties: gives({
        status: { type: 'string', enum: ['ok', 'failed'] },
        latency_ms: { type: 'number' },
      }),
      description: 'Of each part.',
    },
    warnings: { type: 'array', items: { type: 'string' }, description: 'What an operator should see to.' },
    tenant: { type: 'string' },
    series: nullable('integer', 'How many it has; null: not known.'),
    points_per_s: { type: 'number', description: 'Average of the last ten seconds.' },
    lag_ms: nullable(
      'number',
      'From acceptance to the live stream, median of the last minute; null: no points.',
    ),
    behind_records: { type: 'integer', description: 'Records accepted but not yet in the live stream.' },
    behind_ms: { type: 'integer', description: 'For how long at least; 0: there are none.' },
    server_time: time('Now.'),
  }),
  async run({ tenant }, caller) {
    const name = caller.tenant(tenant)
    const detail = await caller.ask<Detail>('GET', tenantPath(name))
    const { status, checks } = await caller.ask<Readiness>('GET', '/health/ready')
    const { points_per_s, lag_ms, behind_records, behind_ms } = detail.ingest
    return {
      status,
      checks: Object.fromEntries(
        Object.entries(checks).map(([part, { status, latency_ms }]) => [part, { status, latency_ms }]),
      ),
      warnings: detail.warnings,
      tenant: name,
      series: detail.series_count,
      points_per_s,
      lag_ms,
      behind_records,
      behind_ms,
      server_time: isoTime(detail.server_time),
    }
  },
})
