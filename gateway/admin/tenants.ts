import { within } from '@streamgauge/adapters/deadline.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { createTenant, listTenants, type Tenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import { tenantPattern } from '@streamgauge/core/names.ts'
import { grants } from '@streamgauge/core/scopes.ts'
import type { FastifyInstance } from 'fastify'
import { guarded, responses } from '../responses.ts'
import type { Store } from '../store.ts'
import { clampLimit, listSchema, type PageQuery, pageOf, pageProperties, readCursor } from '../tenant/page.ts'

export interface AdminOptions {
  readonly database: Database
  readonly store: Store
}

/** The longest that a change waits for MariaDB. */
export const writeMs = 5_000

interface NewTenant {
  readonly name: string
  readonly series_limit?: number
  readonly quota_points_per_second?: number
}

const limitSchema = (description: string) => ({
  type: 'integer',
  minimum: 1,
  maximum: 4_000_000_000,
  description,
})
const nullable = (schema: { type: string }) => ({ ...schema, type: [schema.type, 'null'] })
const seriesLimit = limitSchema('Series it may have; the default of the server when left out.')
const quota = limitSchema('Points a second it may send; the default of the server when left out.')
const tenantAnswer = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    created_at: { type: 'integer', description: 'Epoch ms.' },
    series_limit: nullable(seriesLimit),
    quota_points_per_second: nullable(quota),
  },
}

/** `POST /api/v1/tenants` for operators, and the list of those a caller may read. */
export function addTenantRoutes(app: FastifyInstance, { database, store }: AdminOptions): void {
  app.post<{ Body: NewTenant }>('/api/v1/tenants', {
    onRequest: app.requireScope('operator'),
    schema: {
      tags: ['tenants'],
      summary: 'Create a tenant',
      body: {
        type: 'object',
        required: ['name'],
        additionalProperties: false,
        properties: {
          name: { type: 'string', pattern: tenantPattern },
          series_limit: seriesLimit,
          quota_points_per_second: quota,
        },
      },
      response: responses({ 201: tenantAnswer }, ...guarded, 'BODY_INVALID', 'CONFLICT', 'STORE_UNAVAILABLE'),
    },
    handler: async (request, reply) => {
      const { name, series_limit, quota_points_per_second } = request.body
      const wanted = { name, seriesLimit: series_limit, quotaPointsPerSecond: quota_points_per_second }
      const tenant = await within(
        createTenant(database, wanted, Date.now()),
        writeMs,
        'MariaDB did not answer',
      )
      if (!tenant) throw new Fault('CONFLICT', `The tenant ${name} exists already.`)
      return reply.code(201).header('location', `/api/v1/tenants/${name}`).send(describe(tenant))
    },
  })

  app.get<{ Querystring: PageQuery }>('/api/v1/tenants', {
    onRequest: app.requireScope('read'),
    schema: {
      tags: ['tenants'],
      summary: 'The tenants that the caller may read, by name',
      querystring: { type: 'object', properties: pageProperties },
      response: responses(
        { 200: listSchema(tenantAnswer) },
        ...guarded,
        'QUERY_INVALID',
        'STORE_UNAVAILABLE',
      ),
    },
    handler: async ({ query, principal, tenant }) => {
      if (!principal || !grants(principal.scopes, 'operator')) {
        return { items: tenant ? [describe(tenant)] : [], next: null }
      }
      const limit = clampLimit(query.limit)
      const after = readCursor(query.cursor, new RegExp(tenantPattern)) ?? ''
      const rows = await store.read((db) => listTenants(db, { after, limit: limit + 1 }))
      const page = pageOf(rows, limit, ({ name }) => name)
      return { ...page, items: page.items.map(describe) }
    },
  })
}

function describe(tenant: Tenant): object {
  return {
    name: tenant.name,
    created_at: tenant.createdAt,
    series_limit: tenant.seriesLimit,
    quota_points_per_second: tenant.quotaPointsPerSecond,
  }
}
