import { createRequire } from 'node:module'
import type { Assigner } from 'kafkajs'
import { patchChecksum } from './crc32c.ts'
import { patchEncoder } from './encoder.ts'

const require = createRequire(import.meta.url)

/** What the patched methods see of KafkaJS's own ConsumerGroup. */
export interface ConsumerGroup {
  memberId: string | null
  readonly groupId: string
  readonly assigners: readonly object[]
  readonly cluster: {
    fetchTopicsOffset(
      topics: { topic: string; fromBeginning: boolean; partitions: { partition: number }[] }[],
    ): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>
  }
  assigned(): { topic: string; partitions: number[] }[]
  seek(at: { topic: string; partition: number; offset: string }): void
  pause(what: { topic: string; partitions: number[] }[]): void
  resume(what: { topic: string; partitions: number[] }[]): void
  /** Unlike `consumer.commitOffsets` it doesn't start a second fetch loop when the group is rebalancing. */
  commitOffsets(offsets: {
    topics: { topic: string; partitions: { partition: number; offset: string }[] }[]
  }): Promise<void>
}

/** Put on an assigner, which is the one object of ours that a ConsumerGroup carries. */
const joinHooks = Symbol('streamgauge.join')
export interface JoinHooks {
  /** The name to join under (`group.instance.id`); null for none. */
  name(): string | null
  before(group: ConsumerGroup): void
  after(group: ConsumerGroup): Promise<void>
}

/** On what a member says of itself to its group: the name it joins under. */
const memberName = Symbol('streamgauge.name')

/** Gives an assigner hooks around each join of its consumer. */
export function withHooks(assigner: Assigner, hooks: JoinHooks): Assigner {
  return {
    ...assigner,
    protocol: (subscription) =>
      Object.assign(assigner.protocol(subscription), { [memberName]: hooks.name() }),
    [joinHooks]: hooks,
  } as Assigner
}

/** The fate of one produce request, as far as it is known; an abandoned one must not leave any more. */
export interface Ticket {
  state: 'unsent' | 'abandoned' | 'sent' | 'refused'
}
/** Tickets by the message objects of a request: they travel through KafkaJS unchanged. */
export const tickets = new WeakMap<object, Ticket>()

interface RequestQueue {
  pending: unknown[]
  throttledUntil: number
}
interface Produce {
  topicData: { partitions: { messages: object[] }[] }[]
}
interface JoinGroup {
  groupProtocols: { [memberName]?: string | null }[]
}

let patched = false

/**
 * Mends what KafkaJS 2.2.4 can't be configured out of (docs/decisions/0006):
 * - RequestQueue re-arms a 1 ms timer for ever (upstream 1704, 1751): 3.8 % of an idle core for a connection.
 * - GROUP_JOIN listeners aren't awaited, so a seek there comes after the first stale batches.
 * - It can encode a name that outlives a member (`group.instance.id`), and has no way to say one.
 * - A producer's error doesn't tell whether its request was sent, and hides a lost answer behind the error of
 *   the reconnect that follows.
 * - Its checksum of a batch takes a tenth of what accepting one costs.
 */
export function patchKafkaJs(): void {
  if (patched) return
  patched = true
  patchChecksum()
  patchEncoder()
  const requestQueue = require('kafkajs/src/network/requestQueue').prototype
  const { scheduleCheckPendingRequests } = requestQueue
  requestQueue.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length === 0 && this.throttledUntil <= Date.now()) return
    scheduleCheckPendingRequests.call(this)
  }

  const consumerGroup = require('kafkajs/src/consumer/consumerGroup').prototype
  const { joinAndSync } = consumerGroup
  consumerGroup.joinAndSync = async function (this: ConsumerGroup) {
    const hooks = (this.assigners[0] as { [joinHooks]?: JoinHooks })[joinHooks]
    hooks?.before(this)
    await joinAndSync.call(this)
    await hooks?.after(this)
  }

  const joinGroup = require('kafkajs/src/protocol/requests/joinGroup')
  const { protocol } = joinGroup
  joinGroup.protocol = (chosen: { version: number }) => {
    const encode = protocol(chosen)
    return (request: JoinGroup) =>
      encode({ ...request, groupInstanceId: request.groupProtocols[0][memberName] ?? null })
  }

  const broker = require('kafkajs/src/broker').prototype
  const { produce } = broker
  broker.produce = async function (request: Produce) {
    const ticket = tickets.get(request.topicData[0].partitions[0].messages[0])
    if (ticket?.state === 'abandoned') throw new Error('the caller has given up')
    if (ticket) ticket.state = 'sent'
    try {
      return await produce.call(this, request)
    } catch (error) {
      if (ticket && isRefusal(error)) ticket.state = 'refused'
      else if (ticket && wasUnsent(error)) ticket.state = 'unsent'
      throw error
    }
  }
}

/**
 * Answers with which the broker surely stored nothing. NOT_LEADER is not among them: a leader that is deposed
 * while it waits for its followers answers so, too.
 */
const refusals = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'INVALID_TOPIC_EXCEPTION',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'CORRUPT_MESSAGE',
  'NOT_ENOUGH_REPLICAS',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
])

function isRefusal(error: unknown): boolean {
  return refusals.has((error as { type?: string }).type ?? '')
}

/** Thrown before anything is written: no connection could be made, or the old one had ended. */
function wasUnsent(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string }
  return code === 'ECONNREFUSED' || message === 'Not connected'
}
