import { type Bucket, type BucketSize, take } from '@streamgauge/core/bucket.ts'
import type { Redis, RedisStore } from './client.ts'

/** Counts what each tenant sends. */
export interface Quota {
  /** Takes `points` from the tenant's budget; resolves to 0, or to the ms to wait when the budget is used up. */
  take(tenantId: number, size: BucketSize, points: number): Promise<number>
}

// The same rule as core/bucket.ts, on the clock of Redis, so that replicas with different clocks agree.
const script = `
local capacity, rate, amount = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + clock[2] / 1000
local held = redis.call('HMGET', KEYS[1], 'level', 'at')
local level = capacity
if held[1] then level = math.min(capacity, held[1] + math.max(0, now - held[2]) * rate / 1000) end
local needed = math.min(amount, capacity)
if level < needed then return math.ceil((needed - level) / rate * 1000) end
redis.call('HSET', KEYS[1], 'level', level - amount, 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil((capacity - level + amount) / rate * 1000) + 1000)
return 0`

type WithScript = Redis & {
  takeQuota(key: string, capacity: number, perSecond: number, amount: number): Promise<number>
}

/**
 * One budget for each tenant over all processes, kept in Redis. While Redis is away each process counts alone: a
 * tenant then gets its quota once for each process, and nobody waits.
 */
export function createQuota(redis: RedisStore): Quota {
  const local = new Map<number, Bucket>()
  const prepared = new WeakSet<Redis>()

  function charge(client: Redis, tenantId: number, size: BucketSize, points: number): Promise<number> {
    if (!prepared.has(client)) {
      client.defineCommand('takeQuota', { numberOfKeys: 1, lua: script })
      prepared.add(client)
    }
    const key = `streamgauge:quota:${tenantId}`
    return (client as WithScript).takeQuota(key, size.capacity, size.perSecond, points)
  }

  return {
    async take(tenantId, size, points) {
      if (redis.available) {
        try {
          return await redis.run((client) => charge(client, tenantId, size, points))
        } catch {
          // The store has said so in the log; from here on it answers at once.
        }
      }
      const { bucket, waitMs } = take(local.get(tenantId), size, points, Date.now())
      local.set(tenantId, bucket)
      return waitMs
    },
  }
}
