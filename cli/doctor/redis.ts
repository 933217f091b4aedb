import { createLog } from '@streamgauge/adapters/log.ts'
import { openRedis } from '@streamgauge/adapters/redis/client.ts'
import { type Found, reasonOf } from './faults.ts'
import { skewFault } from './mariadb.ts'

const deadlineMs = 2_000

/** Looks at Redis; what it does not let this login see is not judged. */
export async function checkRedis(url: string): Promise<Found[]> {
  const redis = openRedis({
    url,
    deadlineMs,
    logger: createLog({ name: 'doctor', level: 'silent', terminal: true }),
  })
  try {
    const sentAt = Date.now()
    const [seconds, micros] = await redis.run((client) => client.time())
    const skew = skewFault('Redis', Number(seconds) * 1_000 + Number(micros) / 1_000, sentAt)
    const setting = (name: string) =>
      redis
        .run(async (client) => (await client.config('GET', name)) as string[])
        .then(
          ([, value = '']) => value,
          () => undefined,
        )
    const [memory, policy, save, appendOnly] = await Promise.all(
      ['maxmemory', 'maxmemory-policy', 'save', 'appendonly'].map(setting),
    )
    const found: Found[] = skew ? [skew] : []
    if (policy === 'noeviction' && memory !== '0')
      found.push({ code: 'REDIS_FULL', detail: `maxmemory is ${memory} and maxmemory-policy noeviction` })
    if (save === '' && appendOnly === 'no')
      found.push({ code: 'REDIS_NOT_SAVED', detail: 'neither save nor appendonly is set' })
    return found
  } catch (error) {
    const detail = reasonOf(error)
    const refused = /WRONGPASS|NOAUTH|NOPERM|invalid password|DB index/i.test(detail)
    return [{ code: refused ? 'REDIS_REFUSES' : 'REDIS_UNREACHABLE', detail }]
  } finally {
    redis.close()
  }
}
