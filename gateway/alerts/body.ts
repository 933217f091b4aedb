import { compileValidator } from '@streamgauge/adapters/http/validate.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import type { Read } from '@streamgauge/core/field-faults.ts'
import type { FastifySchemaCompiler } from 'fastify'

/** For routes whose body `core` reads, with better words than a schema has: the schema is for the documentation. */
export const readByCore: FastifySchemaCompiler<object> = (route) =>
  route.httpPart === 'body' ? () => true : compileValidator(route)

/** The value that was read. Throws the fault BODY_INVALID with everything that is wrong. */
export function ensureRead<T>(read: Read<T>): T {
  if (read.ok) return read.value
  const detail = read.faults.map(({ field, detail }) => (field ? `${field}: ${detail}` : detail)).join(' ')
  throw new Fault('BODY_INVALID', detail, { extensions: { errors: read.faults } })
}
