import { within } from '@streamgauge/adapters/deadline.ts'
import {
  changeAlertRule,
  createAlertRule,
  deleteAlertRule,
  findAlertRule,
  type KeptAlertRule,
  listAlertRules,
  type RuleRefusal,
} from '@streamgauge/adapters/mariadb/alert-rules-edit.ts'
import { type AlertRuleJson, readAlertRule, writeAlertRule } from '@streamgauge/core/alert-rule.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import { limits } from '@streamgauge/core/limits.ts'
import type { FastifyInstance } from 'fastify'
import { type AdminOptions, writeMs } from '../admin/tenants.ts'
import { ensureTenant } from '../ensure.ts'
import { guarded, responses, tenantParams } from '../responses.ts'
import { clampLimit, listSchema, type PageQuery, pageOf, pageProperties, readCursor } from '../tenant/page.ts'
import { ensureRead, readByCore } from './body.ts'
import { ensureFound, type ItemParams, itemParams, keyOf } from './item.ts'
import { ruleAnswer, ruleBody } from './rule-schema.ts'

const path = '/api/v1/tenants/:tenant/alert-rules'
const edited = ['BODY_INVALID', 'CHANNEL_UNKNOWN', 'STORE_UNAVAILABLE'] as const

/** `…/alert-rules`: read with `read`, changed with `manage`. A change is in force within 2 s. */
export function addRuleRoutes(app: FastifyInstance, { database, store }: AdminOptions): void {
  const inTime = <T>(work: Promise<T>) => within(work, writeMs, 'MariaDB did not answer')

  app.get<{ Querystring: PageQuery }>(path, {
    onRequest: app.requireScope('read'),
    schema: {
      tags: ['alerts'],
      summary: 'Alert rules of a tenant, by id',
      params: tenantParams,
      querystring: { type: 'object', properties: pageProperties, additionalProperties: false },
      response: responses({ 200: listSchema(ruleAnswer) }, ...guarded, 'QUERY_INVALID', 'STORE_UNAVAILABLE'),
    },
    handler: async (request) => {
      const limit = clampLimit(request.query.limit)
      const after = Number(readCursor(request.query.cursor, /^\d{1,10}$/) ?? 0)
      const tenant = ensureTenant(request)
      const rows = await store.read((db) => listAlertRules(db, tenant.id, { after, limit: limit + 1 }))
      const page = pageOf(rows, limit, ({ id }) => String(id))
      return { ...page, items: page.items.map(describe) }
    },
  })

  app.post(path, {
    onRequest: app.requireScope('manage'),
    validatorCompiler: readByCore,
    schema: {
      tags: ['alerts'],
      summary: 'Make an alert rule',
      params: tenantParams,
      body: ruleBody,
      response: responses({ 201: ruleAnswer }, ...guarded, ...edited, 'RULE_LIMIT'),
    },
    handler: async (request, reply) => {
      const tenant = ensureTenant(request)
      const rule = ensureRead(readAlertRule(request.body))
      const made = accepted(await inTime(createAlertRule(database, tenant.id, rule, Date.now())))
      return reply
        .code(201)
        .header('location', `/api/v1/tenants/${tenant.name}/alert-rules/${made.id}`)
        .send(describe(made))
    },
  })

  app.get<{ Params: ItemParams }>(`${path}/:id`, {
    onRequest: app.requireScope('read'),
    schema: {
      tags: ['alerts'],
      summary: 'One alert rule',
      params: itemParams,
      response: responses({ 200: ruleAnswer }, ...guarded, 'NOT_FOUND', 'STORE_UNAVAILABLE'),
    },
    handler: async (request) => {
      const rule = await store.read((db) => findAlertRule(db, keyOf(request)))
      return describe(ensureFound(rule, 'alert rule', request))
    },
  })

  app.put<{ Params: ItemParams }>(`${path}/:id`, {
    onRequest: app.requireScope('manage'),
    validatorCompiler: readByCore,
    schema: {
      tags: ['alerts'],
      summary: 'Put another alert rule in the place of one: what is left out has its default again',
      params: itemParams,
      body: ruleBody,
      response: responses({ 200: ruleAnswer }, ...guarded, ...edited, 'NOT_FOUND', 'RULE_CHANGED'),
    },
    handler: async (request) => {
      const rule = ensureRead(readAlertRule(request.body))
      const { version } = request.body as Partial<AlertRuleJson>
      const key = { ...keyOf(request), version: version ?? undefined }
      const changed = await inTime(changeAlertRule(database, key, rule, Date.now()))
      return describe(accepted(ensureFound(changed, 'alert rule', request)))
    },
  })

  app.delete<{ Params: ItemParams }>(`${path}/:id`, {
    onRequest: app.requireScope('manage'),
    schema: {
      tags: ['alerts'],
      summary: 'Delete an alert rule: what it fires ends with the reason rule_deleted',
      params: itemParams,
      response: responses(
        { 204: { type: 'null', description: 'Deleted, now or before.' } },
        ...guarded,
        'NOT_FOUND',
        'STORE_UNAVAILABLE',
      ),
    },
    handler: async (request, reply) => {
      const known = await inTime(deleteAlertRule(database, keyOf(request), Date.now()))
      ensureFound(known || undefined, 'alert rule', request)
      return reply.code(204).send()
    },
  })
}

function accepted(answer: KeptAlertRule | RuleRefusal): KeptAlertRule {
  if (!('refused' in answer)) return answer
  switch (answer.refused) {
    case 'limit':
      throw new Fault('RULE_LIMIT', `A tenant has at most ${limits.rulesPerTenant} alert rules.`)
    case 'changed':
      throw new Fault('RULE_CHANGED', `The rule is of version ${answer.version} by now.`)
    case 'channels': {
      const ids = answer.unknown.join(', ')
      throw new Fault('CHANNEL_UNKNOWN', `channels: this tenant has no channel ${ids}.`)
    }
  }
}

function describe(rule: KeptAlertRule): AlertRuleJson {
  return writeAlertRule(rule, rule)
}
