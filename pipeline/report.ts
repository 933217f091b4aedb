import type { Letter, Replayed } from './dlq.ts'
import type { Finding } from './doctor.ts'
import type { describeTopics } from './topics.ts'

/** Lines of a terminal about the topics and how far persist is. */
export function topicLines({ topics, persist }: Awaited<ReturnType<typeof describeTopics>>): string[] {
  const lines = topics.map(({ topic, partitions }) => {
    const records = partitions.reduce((sum, { low, high }) => sum + high - low, 0)
    return `${topic}: ${partitions.length} partitions, ${records} records`
  })
  const behind = persist.filter(({ lag }) => lag > 0)
  if (behind.length === 0) return [...lines, 'Everything accepted is persisted.']
  return [
    ...lines,
    'partition\tfirst\tend\tpersisted\tpublished\tlag',
    ...behind.map(({ partition, low, high, nextOffset, published, lag }) =>
      [partition, low, high, nextOffset, published, lag].join('\t'),
    ),
  ]
}

/** A dead letter in one line: id, time, tenant, reason, and the topic of a message. */
export function letterLine({ id, at, tenant, reason, topic }: Letter): string {
  const line = [id, new Date(at).toISOString(), tenant ?? '-', reason]
  return (topic === null ? line : [...line, topic]).map(printable).join('\t')
}

/** Topics come from strangers. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '�')
}

/** What became of a letter that was to be sent again. */
export function replayLine({ letter, refusal }: Replayed): string {
  return refusal === null ? `${letter.id} was sent again.` : `${letter.id} was not sent: ${refusal}.`
}

/** How many letters were left out; nothing when there was none. */
export function skippedLines(skipped: number): string[] {
  if (skipped === 0) return []
  return [`${skipped} sent before ${skipped === 1 ? 'was' : 'were'} left out.`]
}

/** What stops a partition, and what helps. */
export function findingLine({ partition, code, message, remedy }: Finding): string {
  return `Partition ${partition}: ${code}, ${message}\n  ${remedy}`
}
