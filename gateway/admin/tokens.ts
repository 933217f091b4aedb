import { within } from '@streamgauge/adapters/deadline.ts'
import {
  createToken,
  findTokenById,
  listTokens,
  newToken,
  revokeToken,
  type TokenRow,
} from '@streamgauge/adapters/mariadb/tokens.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import { invariant } from '@streamgauge/core/invariant.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { isCleanText } from '@streamgauge/core/names.ts'
import { type PublishTerms, readPublishTerms } from '@streamgauge/core/publish.ts'
import { grants, type Principal, type Scope } from '@streamgauge/core/scopes.ts'
import { parseTimestamp } from '@streamgauge/core/timestamp.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ensureRead } from '../alerts/body.ts'
import { ensureTenant } from '../ensure.ts'
import { guarded, responses, tenantParams } from '../responses.ts'
import { clampLimit, listSchema, type PageQuery, pageOf, pageProperties, readCursor } from '../tenant/page.ts'
import { type AdminOptions, writeMs } from './tenants.ts'

interface NewToken {
  readonly label?: string
  readonly scopes: readonly Scope[]
  readonly expires_at?: number | string
  readonly metrics?: readonly string[]
  readonly origins?: readonly string[]
  readonly rate?: number
}

const labelLength = 200
/** What a token with `manage` may hand on; only an operator makes further managers. */
const forManagers: readonly Scope[] = ['ingest', 'read', 'publish']
const tenantScopes: readonly Scope[] = ['ingest', 'read', 'manage', 'publish']

const time = { type: ['integer', 'null'], description: 'Epoch ms.' }
const tokenProperties = {
  id: { type: 'integer' },
  prefix: { type: 'string', description: 'The first characters, to tell tokens apart.' },
  label: { type: 'string' },
  scopes: { type: 'array', items: { enum: tenantScopes } },
  created_at: { type: 'integer', description: 'Epoch ms.' },
  expires_at: time,
  metrics: { type: 'array', items: { type: 'string' }, description: 'Of a token of the scope publish.' },
  origins: { type: 'array', items: { type: 'string' }, description: 'The same.' },
  rate: { type: 'integer', description: 'The same: requests a minute.' },
}
const createdAnswer = {
  type: 'object',
  properties: { ...tokenProperties, token: { type: 'string', description: 'Shown this once.' } },
}
const listedAnswer = {
  type: 'object',
  properties: { ...tokenProperties, revoked_at: time, last_used_at: time },
}
const newTokenBody = {
  type: 'object',
  required: ['scopes'],
  additionalProperties: false,
  properties: {
    label: { type: 'string', maxLength: labelLength, description: 'What it is for.' },
    scopes: { type: 'array', minItems: 1, uniqueItems: true, items: { enum: tenantScopes } },
    expires_at: {
      description: 'Epoch ms, or RFC 3339 with a zone; never when left out.',
      anyOf: [{ type: 'integer' }, { type: 'string', maxLength: 40 }],
    },
    metrics: {
      type: 'array',
      minItems: 1,
      maxItems: limits.publishMetrics,
      items: { type: 'string', maxLength: limits.metricNameLength },
      description: 'With the scope publish, which stands alone: the metrics that it shows.',
    },
    origins: {
      type: 'array',
      minItems: 1,
      maxItems: limits.publishOrigins,
      items: { type: 'string', maxLength: limits.originLength },
      description: 'With the scope publish: the pages that may use it, such as https://shop.example.',
    },
    rate: {
      type: 'integer',
      minimum: 1,
      maximum: limits.publishRateMax,
      description: `With the scope publish: requests a minute, of all pages together; ${limits.publishRate} when left out.`,
    },
  },
}

/** Tokens of a tenant: made, listed and revoked by its managers and by operators. */
export function addTokenRoutes(app: FastifyInstance, { database, store }: AdminOptions): void {
  const inTime = <T>(work: Promise<T>) => within(work, writeMs, 'MariaDB did not answer')

  app.post<{ Body: NewToken }>('/api/v1/tenants/:tenant/tokens', {
    onRequest: app.requireScope('manage'),
    schema: {
      tags: ['tokens'],
      summary: 'Make a token; it is shown this once',
      params: tenantParams,
      body: newTokenBody,
      response: responses({ 201: createdAnswer }, ...guarded, 'BODY_INVALID', 'STORE_UNAVAILABLE'),
    },
    handler: async (request, reply) => {
      const { label = '', scopes, expires_at } = request.body
      const tenant = ensureTenant(request)
      refuseBeyondRights(ensurePrincipal(request), scopes)
      if (label !== '' && !isCleanText(label, labelLength)) {
        throw new Fault('BODY_INVALID', 'label: has control characters or lone surrogates.')
      }
      const now = Date.now()
      const expiresAt = expires_at === undefined ? null : readExpiry(expires_at, now)
      const publish = readTerms(request.body)
      const token = newToken(publish ? 'sgp' : 'sg')
      const wanted = { token, tenantId: tenant.id, label, scopes, publish, expiresAt }
      const row = await inTime(createToken(database, wanted, now))
      invariant(row, 'a new token is not stored already')
      return reply
        .code(201)
        .header('location', `/api/v1/tenants/${tenant.name}/tokens/${row.id}`)
        .send({ ...describe(row), token })
    },
  })

  app.get<{ Querystring: PageQuery }>('/api/v1/tenants/:tenant/tokens', {
    onRequest: app.requireScope('manage'),
    schema: {
      tags: ['tokens'],
      summary: 'The tokens of a tenant, revoked ones included',
      params: tenantParams,
      querystring: { type: 'object', properties: pageProperties },
      response: responses(
        { 200: listSchema(listedAnswer) },
        ...guarded,
        'QUERY_INVALID',
        'STORE_UNAVAILABLE',
      ),
    },
    handler: async (request) => {
      const limit = clampLimit(request.query.limit)
      const after = Number(readCursor(request.query.cursor, /^\d{1,10}$/) ?? 0)
      const tenant = ensureTenant(request)
      const rows = await store.read((db) => listTokens(db, tenant.id, { after, limit: limit + 1 }))
      const page = pageOf(rows, limit, ({ id }) => String(id))
      return { ...page, items: page.items.map(describe) }
    },
  })

  app.delete<{ Params: { tenant: string; id: string } }>('/api/v1/tenants/:tenant/tokens/:id', {
    onRequest: app.requireScope('manage'),
    schema: {
      tags: ['tokens'],
      summary: 'Revoke a token: it is refused everywhere within 2 s, open streams included',
      params: {
        type: 'object',
        properties: { ...tenantParams.properties, id: { type: 'string', pattern: '^[0-9]{1,10}$' } },
      },
      response: responses(
        { 204: { type: 'null', description: 'Revoked, now or before.' } },
        ...guarded,
        'NOT_FOUND',
        'STORE_UNAVAILABLE',
      ),
    },
    handler: async (request, reply) => {
      const id = Number(request.params.id)
      const holder = await store.read((db) => findTokenById(db, id))
      if (holder?.token.tenantId !== ensureTenant(request).id) {
        throw new Fault('NOT_FOUND', `This tenant has no token ${id}.`)
      }
      refuseBeyondRights(ensurePrincipal(request), holder.token.scopes)
      await inTime(revokeToken(database, id, Date.now()))
      return reply.code(204).send()
    },
  })
}

function refuseBeyondRights({ scopes: held }: Principal, wanted: readonly Scope[]): void {
  if (grants(held, 'operator') || wanted.every((scope) => forManagers.includes(scope))) return
  throw new Fault(
    'FORBIDDEN',
    `A token with the scope "manage" handles those with ${forManagers.join(', ')} only.`,
  )
}

/** What a token of the scope publish is good for; null for all others. */
function readTerms({ scopes, metrics, origins, rate }: NewToken): PublishTerms | null {
  if (scopes.includes('publish')) {
    if (scopes.length === 1) return ensureRead(readPublishTerms({ metrics, origins, rate }))
    throw new Fault('BODY_INVALID', 'scopes: publish stands alone; make another token for the others.')
  }
  const stray = Object.entries({ metrics, origins, rate }).find(([, value]) => value !== undefined)
  if (stray) throw new Fault('BODY_INVALID', `${stray[0]}: belongs to the scope publish.`)
  return null
}

function readExpiry(text: number | string, now: number): number {
  const at = typeof text === 'number' ? text : parseTimestamp(text)
  if (!Number.isSafeInteger(at)) throw new Fault('BODY_INVALID', 'expires_at: is not RFC 3339 with a zone.')
  if (at <= now) throw new Fault('BODY_INVALID', 'expires_at: lies in the past.')
  return at
}

function ensurePrincipal(request: FastifyRequest): Principal {
  invariant(request.principal, 'a route behind requireScope has a principal')
  return request.principal
}

function describe(row: TokenRow): object {
  return {
    id: row.id,
    prefix: row.prefix,
    label: row.label,
    scopes: row.scopes,
    created_at: row.createdAt,
    expires_at: row.expiresAt,
    ...row.publish,
    revoked_at: row.revokedAt,
    last_used_at: row.lastUsedAt,
  }
}
