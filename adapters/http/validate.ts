import { Ajv } from 'ajv'
import type { FastifySchemaCompiler } from 'fastify'

const shared = { allErrors: false, removeAdditional: false, useDefaults: true, strict: false } as const
// Everything in an address is text and may be read as a number; in a body "1" is not 1.
const addresses = new Ajv({ ...shared, coerceTypes: true })
const bodies = new Ajv({ ...shared, coerceTypes: false })

/** Checks requests by their JSON schemas; unknown fields are refused where a schema says so, never dropped. */
export const compileValidator: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? bodies : addresses).compile(schema)
