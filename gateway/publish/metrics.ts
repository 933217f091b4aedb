import { Fault } from '@streamgauge/core/fault.ts'
import type { FastifyRequest } from 'fastify'

/**
 * The metrics that a request is about, of those that it names; an empty list means all. For a token of the scope
 * publish the list is never empty. Throws the fault METRIC_NOT_PUBLISHED when such a token asks for others than its own.
 */
export function metricsFor({ principal }: FastifyRequest, named: readonly string[]): readonly string[] {
  const terms = principal?.publish
  if (!terms) return named
  const foreign = named.find((metric) => !terms.metrics.includes(metric))
  if (foreign !== undefined) {
    throw new Fault('METRIC_NOT_PUBLISHED', `This token shows ${terms.metrics.join(', ')}.`)
  }
  return named.length > 0 ? named : terms.metrics
}
