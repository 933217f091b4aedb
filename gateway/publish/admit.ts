import type { PublishAdmission } from '@streamgauge/adapters/http/authorize.ts'
import type { RedisStore } from '@streamgauge/adapters/redis/client.ts'
import { createQuota } from '@streamgauge/adapters/redis/quota.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import type { PublishTerms } from '@streamgauge/core/publish.ts'
import type { FastifyRequest } from 'fastify'
import { fromOwnPage } from '../session/origin.ts'

const minuteSeconds = 60

/** Lets a token of the scope publish in from the pages it names, as often as it may ask. */
export function publishAdmission(redis: RedisStore, publicUrl: string): PublishAdmission {
  const quota = createQuota(redis, 'publish')
  return async (request, { tokenId, publish }) => {
    if (!publish) return
    refuseStrangers(request, publish, publicUrl)
    const { rate } = publish
    const waitMs = await quota.take(tokenId, { capacity: rate, perSecond: rate / minuteSeconds }, 1)
    if (waitMs === 0) return
    throw new Fault('RATE_EXCEEDED', `It allows ${rate} requests a minute, of all its pages together.`, {
      retryAfterSeconds: Math.ceil(waitMs / 1000),
    })
  }
}

function refuseStrangers(
  { headers, routeOptions }: FastifyRequest,
  { origins }: PublishTerms,
  publicUrl: string,
): void {
  const { origin } = headers
  if (origin !== undefined && origins.includes(origin)) return
  // A browser asks for an image without naming an origin. A page of this server, where tokens are made, may try them.
  if (origin === undefined && routeOptions.config.published === 'image') return
  if (fromOwnPage(headers, publicUrl)) return
  throw new Fault(
    'ORIGIN_NOT_ALLOWED',
    origin === undefined
      ? 'The request names no origin: this token is for pages in a browser.'
      : `Its origins don't name ${origin}.`,
  )
}
