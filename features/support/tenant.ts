import { randomBytes } from 'node:crypto'
import type { Batch } from '@streamgauge/core/batch.ts'
import type { Scope } from '@streamgauge/core/scopes.ts'
import type { Answer, Api } from './api.ts'
import type { TimedValue } from './expected.ts'

/** A point as producers send it. */
export interface Point {
  readonly metric_name: string
  readonly value: number
  readonly timestamp?: number
  readonly agent_id?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly dedupe_id?: string
}

/** A tenant of one scenario, with a name that nobody had before. */
export interface Tenant {
  readonly name: string
  readonly tokens: Readonly<Record<'ingest' | 'read' | 'manage', string>>
  post(points: Point | readonly Point[], headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** Every stored raw point of a metric between two epoch ms, in no order. */
  stored(metric: string, from: number, to: number): Promise<TimedValue[]>
}

export async function createTenant(api: Api, operatorToken: string): Promise<Tenant> {
  const name = `feature-${randomBytes(5).toString('hex')}`
  await api.expect(201, 'POST', '/api/v1/tenants', { token: operatorToken, body: { name } })
  async function token(scope: Scope): Promise<string> {
    const body = { label: `feature ${scope}`, scopes: [scope] }
    const path = `/api/v1/tenants/${name}/tokens`
    return (await api.expect<{ token: string }>(201, 'POST', path, { token: operatorToken, body })).token
  }
  const tokens = { ingest: await token('ingest'), read: await token('read'), manage: await token('manage') }
  return {
    name,
    tokens,
    post: (body, headers) => api.call('POST', '/api/v1/metrics', { token: tokens.ingest, body, headers }),
    async stored(metric, from, to) {
      const query = new URLSearchParams({
        metric,
        from: String(from),
        to: String(to),
        resolution: 'raw',
        max_points: '10000',
      })
      const path = `/api/v1/tenants/${name}/metrics?${query}`
      const { batch } = await api.expect<{ batch: Batch }>(200, 'GET', path, { token: tokens.read })
      return batch.t.map((t, i) => [t, batch.x[i]])
    },
  }
}
