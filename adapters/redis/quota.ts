import { type Bucket, type BucketSize, take } from '@streamgauge/core/bucket.ts'
import type { Redis, RedisStore } from './client.ts'

/** Counts what each tenant sends, or each token asks. */
export interface Quota {
  /** Takes `amount` from the budget of `id`; resolves to 0, or to the ms to wait when the budget is used up. */
  take(id: number, size: BucketSize, amount: number): Promise<number>
}

// The rule of core/bucket.ts on the clock of Redis, so that replicas with different clocks agree. ARGV: capacity,
// flow a second, amount needed, amount wanted. Answers what was taken, or the ms to wait as a negative number.
const script = `
local capacity, rate, needed, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + clock[2] / 1000
local held = redis.call('HMGET', KEYS[1], 'level', 'at')
local level = capacity
if held[1] then level = math.min(capacity, held[1] + math.max(0, now - held[2]) * rate / 1000) end
local least = math.min(needed, capacity)
if level < least then return -math.ceil((least - level) / rate * 1000) end
local taken = math.max(needed, math.min(wanted, math.floor(level)))
redis.call('HSET', KEYS[1], 'level', level - taken, 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil((capacity - level + taken) / rate * 1000) + 1000)
return taken`

type WithScript = Redis & {
  takeQuota(key: string, capacity: number, perSecond: number, needed: number, wanted: number): Promise<number>
}

/** What a process takes ahead of its need, seconds of the budget: a busy tenant costs 20 round trips a second. */
const aheadSeconds = 0.05

/**
 * One budget for each tenant, or token (`kind`), over all processes, kept in Redis. While Redis is away each process
 * counts alone: everybody then gets their budget once for each process, and nobody waits.
 */
export function createQuota(redis: RedisStore, kind: 'quota' | 'publish' = 'quota'): Quota {
  /** What was taken from Redis and not used yet. */
  const ahead = new Map<number, number>()
  const local = new Map<number, Bucket>()
  const prepared = new WeakSet<Redis>()

  function charge(client: Redis, id: number, size: BucketSize, amount: number): Promise<number> {
    if (!prepared.has(client)) {
      client.defineCommand('takeQuota', { numberOfKeys: 1, lua: script })
      prepared.add(client)
    }
    const key = `streamgauge:${kind}:${id}`
    const wanted = amount + Math.floor(size.perSecond * aheadSeconds)
    return (client as WithScript).takeQuota(key, size.capacity, size.perSecond, amount, wanted)
  }

  return {
    async take(id, size, amount) {
      const rest = (ahead.get(id) ?? 0) - amount
      if (rest >= 0) {
        ahead.set(id, rest)
        return 0
      }
      if (redis.available) {
        try {
          const taken = await redis.run((client) => charge(client, id, size, amount))
          if (taken < 0) return -taken
          ahead.set(id, (ahead.get(id) ?? 0) + taken - amount)
          return 0
        } catch {
          // The store has said so in the log; from here on it answers at once.
        }
      }
      const { bucket, waitMs } = take(local.get(id), size, amount, Date.now())
      local.set(id, bucket)
      return waitMs
    },
  }
}
