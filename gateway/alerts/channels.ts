import { DeadlineError, within } from '@streamgauge/adapters/deadline.ts'
import {
  changeChannel,
  createChannel,
  deleteChannel,
  findChannel,
  type KeptChannel,
  listChannels,
  rotateSecret,
  writeSecret,
} from '@streamgauge/adapters/mariadb/channels.ts'
import { askForTest } from '@streamgauge/adapters/mariadb/deliveries-list.ts'
import {
  type AlertChannel,
  type AlertChannelJson,
  readAlertChannel,
} from '@streamgauge/core/alert-channel.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import { limits } from '@streamgauge/core/limits.ts'
import type { FastifyInstance } from 'fastify'
import { type AdminOptions, writeMs } from '../admin/tenants.ts'
import { ensureTenant } from '../ensure.ts'
import { guarded, responses, tenantParams } from '../responses.ts'
import { clampLimit, listSchema, type PageQuery, pageOf, pageProperties, readCursor } from '../tenant/page.ts'
import { ensureRead, readByCore } from './body.ts'
import { channelAnswer, channelBody, createdChannel, rotatedSecret } from './channel-schema.ts'
import { ensureSent, sendingAnswer } from './deliveries.ts'
import { ensureFound, type ItemParams, itemParams, keyOf } from './item.ts'

export interface ChannelOptions extends AdminOptions {
  /** Why webhooks are not sent to this address, in one sentence; undefined when they are. */
  readonly checkUrl: (url: string) => Promise<string | undefined>
}

const path = '/api/v1/tenants/:tenant/channels'
/** The longest that saving a webhook waits for a name server. */
const lookUpMs = 3_000
const edited = ['BODY_INVALID', 'WEBHOOK_URL_FORBIDDEN', 'STORE_UNAVAILABLE'] as const

/** `…/channels`: where alerts are told. Read with `read`, changed with `manage`; a secret is only ever answered once. */
export function addChannelRoutes(app: FastifyInstance, options: ChannelOptions): void {
  const { database, store, checkUrl } = options
  const inTime = <T>(work: Promise<T>) => within(work, writeMs, 'MariaDB did not answer')

  async function readChannel(body: unknown): Promise<AlertChannel> {
    const channel = ensureRead(readAlertChannel(body))
    const refusal = channel.type === 'webhook' ? await refusalOf(channel.url) : undefined
    if (refusal !== undefined) throw new Fault('WEBHOOK_URL_FORBIDDEN', `url: ${refusal}`)
    return channel
  }

  /** A name server that is slow is no fault of the address: every try looks it up and holds it against the rules. */
  async function refusalOf(url: string): Promise<string | undefined> {
    try {
      return await within(checkUrl(url), lookUpMs, 'the name server did not answer')
    } catch (error) {
      if (error instanceof DeadlineError) return undefined
      throw error
    }
  }

  app.get<{ Querystring: PageQuery }>(path, {
    onRequest: app.requireScope('read'),
    schema: {
      tags: ['alerts'],
      summary: 'Channels of a tenant, by id',
      params: tenantParams,
      querystring: { type: 'object', properties: pageProperties, additionalProperties: false },
      response: responses(
        { 200: listSchema(channelAnswer) },
        ...guarded,
        'QUERY_INVALID',
        'STORE_UNAVAILABLE',
      ),
    },
    handler: async (request) => {
      const limit = clampLimit(request.query.limit)
      const after = Number(readCursor(request.query.cursor, /^\d{1,10}$/) ?? 0)
      const tenant = ensureTenant(request)
      const rows = await store.read((db) => listChannels(db, tenant.id, { after, limit: limit + 1 }))
      const page = pageOf(rows, limit, ({ id }) => String(id))
      return { ...page, items: page.items.map(describe) }
    },
  })

  app.post(path, {
    onRequest: app.requireScope('manage'),
    validatorCompiler: readByCore,
    schema: {
      tags: ['alerts'],
      summary: 'Make a channel; the secret of a webhook is shown this once',
      params: tenantParams,
      body: channelBody,
      response: responses({ 201: createdChannel }, ...guarded, ...edited, 'CHANNEL_LIMIT'),
    },
    handler: async (request, reply) => {
      const tenant = ensureTenant(request)
      const wanted = await readChannel(request.body)
      const made = await inTime(createChannel(database, tenant.id, wanted, Date.now()))
      if (!made) {
        throw new Fault('CHANNEL_LIMIT', `A tenant has at most ${limits.channelsPerTenant} channels.`)
      }
      return reply
        .code(201)
        .header('location', `/api/v1/tenants/${tenant.name}/channels/${made.channel.id}`)
        .send({ ...describe(made.channel), secret: made.secret ? writeSecret(made.secret) : undefined })
    },
  })

  app.get<{ Params: ItemParams }>(`${path}/:id`, {
    onRequest: app.requireScope('read'),
    schema: {
      tags: ['alerts'],
      summary: 'One channel',
      params: itemParams,
      response: responses({ 200: channelAnswer }, ...guarded, 'NOT_FOUND', 'STORE_UNAVAILABLE'),
    },
    handler: async (request) => {
      const channel = await store.read((db) => findChannel(db, keyOf(request)))
      return describe(ensureFound(channel, 'channel', request))
    },
  })

  app.put<{ Params: ItemParams }>(`${path}/:id`, {
    onRequest: app.requireScope('manage'),
    validatorCompiler: readByCore,
    schema: {
      tags: ['alerts'],
      summary: 'Change a channel, and enable it where it was disabled; its type and its secret stay',
      params: itemParams,
      body: channelBody,
      response: responses({ 200: channelAnswer }, ...guarded, ...edited, 'NOT_FOUND'),
    },
    handler: async (request) => {
      const key = keyOf(request)
      const wanted = await readChannel(request.body)
      const { type } = ensureFound(await store.read((db) => findChannel(db, key)), 'channel', request)
      if (type !== wanted.type) {
        throw new Fault('BODY_INVALID', `type: stays ${type}; make another channel for the other type.`)
      }
      const changed = await inTime(changeChannel(database, key, wanted))
      return describe(ensureFound(changed, 'channel', request))
    },
  })

  app.delete<{ Params: ItemParams }>(`${path}/:id`, {
    onRequest: app.requireScope('manage'),
    schema: {
      tags: ['alerts'],
      summary: 'Delete a channel that no rule tells any more',
      params: itemParams,
      response: responses(
        { 204: { type: 'null', description: 'Deleted, now or before.' } },
        ...guarded,
        'NOT_FOUND',
        'CHANNEL_IN_USE',
        'STORE_UNAVAILABLE',
      ),
    },
    handler: async (request, reply) => {
      const rules = await inTime(deleteChannel(database, keyOf(request), Date.now()))
      const using = ensureFound(rules, 'channel', request)
      if (using.length > 0)
        throw new Fault('CHANNEL_IN_USE', `Alert rules that tell it: ${using.join(', ')}.`)
      return reply.code(204).send()
    },
  })

  app.post<{ Params: ItemParams }>(`${path}/:id/test`, {
    onRequest: app.requireScope('manage'),
    schema: {
      tags: ['alerts'],
      summary: 'Send a test message to a channel; what became of it is in the deliveries',
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
      const { tenantId, id: channelId } = keyOf(request)
      const asked = await inTime(askForTest(database, { tenantId, channelId }, Date.now()))
      return reply.code(202).send(ensureSent(ensureFound(asked, 'channel', request)))
    },
  })

  app.post<{ Params: ItemParams }>(`${path}/:id/rotate`, {
    onRequest: app.requireScope('manage'),
    schema: {
      tags: ['alerts'],
      summary: 'Give a webhook a new secret, shown this once; the one before signs as well for 24 hours',
      params: itemParams,
      response: responses({ 200: rotatedSecret }, ...guarded, 'NOT_FOUND', 'STORE_UNAVAILABLE'),
    },
    handler: async (request) => {
      const rotated = await inTime(rotateSecret(database, keyOf(request), Date.now()))
      const { secret, oldUntil } = ensureFound(rotated, 'webhook', request)
      return { secret: writeSecret(secret), old_secret_until: oldUntil }
    },
  })
}

function describe(channel: KeptChannel): AlertChannelJson {
  const { createdAt: created_at, disabledReason: disabled_reason, disabledAt: disabled_at, ...rest } = channel
  return { ...rest, created_at, disabled_reason, disabled_at }
}
