import { within } from '@streamgauge/adapters/deadline.ts'
import {
  type Asked,
  askAgain,
  type DeliveryStatus,
  deliveryStatuses,
  type ListedDelivery,
  listDeliveries,
} from '@streamgauge/adapters/mariadb/deliveries-list.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import type { FastifyInstance } from 'fastify'
import { type AdminOptions, writeMs } from '../admin/tenants.ts'
import { ensureTenant } from '../ensure.ts'
import { guarded, responses, tenantParams } from '../responses.ts'
import { clampLimit, listSchema, type PageQuery, pageOf, pageProperties, readCursor } from '../tenant/page.ts'
import { idsOf, manyIds, manyOf, valuesOf } from './filters.ts'
import { ensureFound, type ItemParams, itemParams, keyOf } from './item.ts'

interface Query extends PageQuery {
  channel?: number | number[]
  status?: DeliveryStatus | DeliveryStatus[]
}

const path = '/api/v1/tenants/:tenant/deliveries'
const time = (description: string) => ({ type: ['integer', 'null'], description })

const deliveryTry = {
  type: 'object',
  properties: {
    attempt: { type: 'integer' },
    at: { type: 'integer', description: 'Epoch ms.' },
    code: { type: ['integer', 'null'], description: 'What the receiver answered; null where it didn’t.' },
    error: { type: ['string', 'null'] },
    took_ms: { type: 'integer' },
  },
}
const item = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    alert_id: { type: ['integer', 'null'], description: 'The transition it tells of; null: a test.' },
    rule_name: { type: ['string', 'null'] },
    channel_id: { type: 'integer' },
    channel_name: { type: 'string' },
    kind: { enum: ['firing', 'resolved', 'no_data', 'test'] },
    status: {
      enum: deliveryStatuses,
      description: 'Failed: it was given up. Muted: its agent was offline.',
    },
    next_at: time('When it is tried next, epoch ms; null once it is settled.'),
    message_id: { type: 'string', description: 'The same at every try: receivers skip what they have.' },
    created_at: { type: 'integer', description: 'Epoch ms.' },
    settled_at: time('Epoch ms; null while it is pending.'),
    tries: { type: 'array', items: deliveryTry, description: 'The first comes first.' },
  },
}

/** What is answered when a message is going to be sent. */
export const sendingAnswer = {
  type: 'object',
  description: 'It is being sent.',
  properties: { delivery_id: { type: 'integer' } },
}

/** `…/deliveries`: what was told to whom, and how often it was tried. */
export function addDeliveryRoutes(app: FastifyInstance, { database, store }: AdminOptions): void {
  app.get<{ Querystring: Query }>(path, {
    onRequest: app.requireScope('read'),
    schema: {
      tags: ['alerts'],
      summary: 'Messages to channels and what became of them, newest first',
      params: tenantParams,
      querystring: {
        type: 'object',
        additionalProperties: false,
        properties: {
          channel: manyIds('Only to these channels; may be repeated.'),
          status: manyOf(deliveryStatuses, 'Only with these; may be repeated.'),
          ...pageProperties,
        },
      },
      response: responses({ 200: listSchema(item) }, ...guarded, 'QUERY_INVALID', 'STORE_UNAVAILABLE'),
    },
    handler: async (request) => {
      const { query } = request
      const limit = clampLimit(query.limit)
      const before = readCursor(query.cursor, /^\d{1,15}$/)
      const ask = {
        tenantId: ensureTenant(request).id,
        channels: idsOf(query.channel),
        statuses: valuesOf(query.status),
        before: before === undefined ? undefined : Number(before),
        limit: limit + 1,
      }
      const rows = await store.read((db) => listDeliveries(db, ask))
      const page = pageOf(rows, limit, ({ id }) => String(id))
      return { ...page, items: page.items.map(describe) }
    },
  })

  app.post<{ Params: ItemParams }>(`${path}/:id/resend`, {
    onRequest: app.requireScope('manage'),
    schema: {
      tags: ['alerts'],
      summary: 'Send a message once more, whatever became of it, under the id it had',
      params: itemParams,
      response: responses(
        { 202: sendingAnswer },
        ...guarded,
        'NOT_FOUND',
        'CHANNEL_DISABLED',
        'STORE_UNAVAILABLE',
      ),
    },
    handler: async (request, reply) => {
      const again = askAgain(database, keyOf(request), Date.now())
      const asked = await within(again, writeMs, 'MariaDB did not answer')
      return reply.code(202).send(ensureSent(ensureFound(asked, 'delivery', request)))
    },
  })
}

/** Throws the fault CHANNEL_DISABLED where the channel takes nothing. */
export function ensureSent(asked: NonNullable<Asked>): { delivery_id: number } {
  if ('refused' in asked) throw new Fault('CHANNEL_DISABLED')
  return { delivery_id: asked.id }
}

function describe(row: ListedDelivery): object {
  return {
    id: row.id,
    alert_id: row.alertId,
    rule_name: row.ruleName,
    channel_id: row.channelId,
    channel_name: row.channelName,
    kind: row.kind,
    status: row.status,
    next_at: row.status === 'pending' ? row.nextAt : null,
    message_id: row.messageId,
    created_at: row.createdAt,
    settled_at: row.settledAt,
    tries: row.tries.map(({ tookMs, ...each }) => ({ ...each, took_ms: tookMs })),
  }
}
