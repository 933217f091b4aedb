import type { FastifyInstance } from 'fastify'

/** `GET /api/v1/openapi.json`: made from the schemas that validate the requests. */
export function addOpenapi(app: FastifyInstance): void {
  let written: string | undefined
  app.get('/api/v1/openapi.json', {
    schema: {
      tags: ['openapi'],
      summary: 'This document',
      security: [],
      response: { 200: { description: 'OpenAPI 3.1.', type: 'object', additionalProperties: true } },
    },
    handler: async (_request, reply) => {
      written ??= JSON.stringify(app.swagger())
      return reply.type('application/json; charset=utf-8').send(written)
    },
  })
}
