import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'

/** The frame of the OpenAPI document: routes fill it with the schemas that validate their requests. */
export const openapi: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Streamgauge',
      description:
        'POST metric points, watch them move. Errors are RFC 9457 problem documents with a stable code.',
      version: '0.1.0',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token of a tenant, or the operator token.' },
        publishToken: {
          type: 'apiKey',
          in: 'query',
          name: 'token',
          description: 'A token of the scope publish; no other is taken from an address.',
        },
      },
    },
    security: [{ token: [] }],
  },
}
