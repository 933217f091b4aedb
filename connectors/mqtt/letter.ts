import type { AppendRecord } from '@streamgauge/adapters/kafka/types.ts'
import { letterHeaders } from '@streamgauge/core/dead-letter.ts'
import type { ErrorCode } from '@streamgauge/core/errors.ts'

/** A message, or some points of one, that can't be taken. */
export interface Letter {
  /** The same for each delivery of a message with a sequence. */
  readonly id: string
  readonly tenant: string | null
  readonly topic: string
  readonly payload: Buffer | string
  readonly code: ErrorCode
  readonly detail: string
  /** The payload also holds points that were taken. */
  readonly isPartly?: boolean
}

/** A letter as a record of the dead letter topic. */
export function letterRecord({ id, tenant, topic, payload, code, detail, isPartly }: Letter): AppendRecord {
  return {
    key: tenant,
    value: payload,
    headers: {
      [letterHeaders.id]: id,
      [letterHeaders.topic]: topic,
      [letterHeaders.reason]: `${code}: ${detail}`,
      ...(isPartly && { [letterHeaders.partly]: 'true' }),
    },
  }
}
