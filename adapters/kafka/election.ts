const types = ['LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION']

/**
 * A partition has no leader yet, or another one than this client believes. KafkaJS tells it plainly, or as the cause of
 * having given up.
 */
export function isElection(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { type } = error as { type?: string }
  return types.includes(type ?? '') || isElection(error.cause)
}
