import { Counter, Gauge, Histogram, type Registry } from '@streamgauge/adapters/metrics.ts'
import type { Admission } from './admission.ts'

/** What the ingest route counts. */
export interface IngestMetrics {
  readonly accepted: Counter
  readonly faulty: Counter<'code'>
  readonly refused: Counter<'code'>
  readonly seconds: Histogram<'status'>
}

export function createIngestMetrics(registry: Registry, admission: Admission): IngestMetrics {
  const registers = [registry]
  new Gauge({
    name: 'streamgauge_ingest_bytes_in_flight',
    help: 'Bytes of request bodies held now.',
    registers,
    collect() {
      this.set(admission.held)
    },
  })
  return {
    accepted: new Counter({
      name: 'streamgauge_ingest_points_accepted_total',
      help: 'Points that the log has acknowledged.',
      registers,
    }),
    faulty: new Counter({
      name: 'streamgauge_ingest_points_rejected_total',
      help: 'Faults named in answers, by their code; an answer names a limited number of them.',
      labelNames: ['code'],
      registers,
    }),
    refused: new Counter({
      name: 'streamgauge_ingest_requests_refused_total',
      help: 'Requests of which nothing was taken, by the code of the answer.',
      labelNames: ['code'],
      registers,
    }),
    seconds: new Histogram({
      name: 'streamgauge_ingest_request_seconds',
      help: 'From the headers of a request to its answer.',
      labelNames: ['status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
  }
}
