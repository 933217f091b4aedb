/**
 * Headers of a record of the dead letter topic. A record of the log that could not be persisted carries its partition
 * and offset, its key and value byte for byte. A message of an agent that could not be taken carries its topic, an id
 * and its payload; `partly` says that the points of that payload that could be taken were taken.
 */
export const letterHeaders = {
  reason: 'reason',
  partition: 'partition',
  offset: 'offset',
  topic: 'topic',
  id: 'id',
  partly: 'partly',
} as const
