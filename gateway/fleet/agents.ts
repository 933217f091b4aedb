import { DeadlineError, within } from '@streamgauge/adapters/deadline.ts'
import type { Provision } from '@streamgauge/adapters/mqtt/provision.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import { installLine } from '@streamgauge/core/install-line.ts'
import { enrolledAgentPattern, isEnrolledAgentId } from '@streamgauge/core/names.ts'
import type { FastifyInstance } from 'fastify'
import { ensureTenant } from '../ensure.ts'
import { guarded, responses, tenantParams } from '../responses.ts'

export interface FleetOptions {
  /** Null where no broker is set. */
  readonly provision: Provision | null
  /** The broker as agents reach it. */
  readonly mqttUrl: string
  readonly publicUrl: string
}

/** The longest that a caller waits for its turn at the broker. */
const deadlineMs = 15_000
const nameLength = 200

const enrolledAnswer = {
  type: 'object',
  properties: {
    agent_id: { type: 'string' },
    enrolled_at: { type: 'integer', description: 'Epoch ms.' },
    mqtt: {
      type: 'object',
      description: 'How it reaches the broker. The username is also the client id.',
      properties: {
        url: { type: 'string' },
        username: { type: 'string' },
        password: { type: 'string', description: 'Shown this once.' },
      },
    },
    install: { type: 'string', description: 'A line for a shell that installs the agent with this login.' },
  },
}

/** Enrolment and revocation of agents: who may publish at the broker. */
export function addFleetRoutes(app: FastifyInstance, options: FleetOptions): void {
  const { mqttUrl, publicUrl } = options

  app.post<{ Body: { agent_id: string }; Querystring: { renew?: boolean } }>(
    '/api/v1/tenants/:tenant/agents',
    {
      onRequest: app.requireScope('manage'),
      schema: {
        tags: ['agents'],
        summary: 'Enrol an agent: it gets a login at the broker, shown this once',
        params: tenantParams,
        querystring: {
          type: 'object',
          properties: {
            renew: {
              type: 'boolean',
              default: false,
              description: 'Give an enrolled agent a new password; the one before ends at once.',
            },
          },
        },
        body: {
          type: 'object',
          required: ['agent_id'],
          additionalProperties: false,
          properties: {
            agent_id: {
              type: 'string',
              maxLength: nameLength,
              description: `Matches ${enrolledAgentPattern}`,
            },
          },
        },
        response: responses(
          { 201: enrolledAnswer },
          ...guarded,
          'AGENT_EXISTS',
          'AGENT_ID_INVALID',
          'BODY_INVALID',
          'QUERY_INVALID',
          'BROKER_UNAVAILABLE',
          'OVERLOADED',
          'STORE_UNAVAILABLE',
        ),
      },
      handler: async (request, reply) => {
        const tenant = ensureTenant(request)
        const agentId = ensureAgentId(request.body.agent_id)
        const renew = request.query.renew === true
        const provision = ensureProvision(options)
        const { row, login } = await inTime((signal) =>
          provision.enroll({ tenant, agentId }, { renew, signal }),
        )
        const mqtt = { url: mqttUrl, username: login.username, password: login.password }
        return reply
          .code(201)
          .header('location', `/api/v1/tenants/${tenant.name}/agents/${agentId}`)
          .header('cache-control', 'no-store')
          .send({
            agent_id: agentId,
            enrolled_at: row.enrolledAt,
            mqtt,
            install: installLine({ publicUrl, mqtt }),
          })
      },
    },
  )

  app.delete<{ Params: { tenant: string; agent: string } }>('/api/v1/tenants/:tenant/agents/:agent', {
    onRequest: app.requireScope('manage'),
    schema: {
      tags: ['agents'],
      summary: 'Revoke an agent: its login ends, and its connection with it, at once',
      params: {
        type: 'object',
        properties: { ...tenantParams.properties, agent: { type: 'string', maxLength: nameLength } },
      },
      response: responses(
        { 204: { type: 'null', description: 'Revoked, now or before.' } },
        ...guarded,
        'NOT_FOUND',
        'BROKER_UNAVAILABLE',
        'OVERLOADED',
        'STORE_UNAVAILABLE',
      ),
    },
    handler: async (request, reply) => {
      const tenant = ensureTenant(request)
      const agentId = request.params.agent
      const provision = ensureProvision(options)
      const row = isEnrolledAgentId(agentId) && (await inTime(() => provision.revoke({ tenant, agentId })))
      if (!row) throw new Fault('NOT_FOUND', `No agent ${agentId} was enrolled.`)
      return reply.code(204).send()
    },
  })
}

function ensureAgentId(text: string): string {
  if (isEnrolledAgentId(text)) return text
  throw new Fault(
    'AGENT_ID_INVALID',
    'agent_id: an enrolled agent has 1 to 63 of a-z, 0-9, - and _, beginning with a letter or digit.',
  )
}

function ensureProvision({ provision }: FleetOptions): Provision {
  if (provision) return provision
  throw new Fault(
    'BROKER_UNAVAILABLE',
    'This installation has no broker: set MQTT_URL, MQTT_ADMIN_URL and MQTT_AGENT_KEY.',
  )
}

/** Whoever was told that it failed must not find later that it happened: `work` gets a signal to give up. */
async function inTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController()
  try {
    return await within(work(late.signal), deadlineMs, 'the broker did not answer')
  } catch (error) {
    late.abort()
    if (error instanceof DeadlineError) throw new Fault('BROKER_UNAVAILABLE', undefined, { cause: error })
    throw error
  }
}
