import { setTimeout as sleep } from 'node:timers/promises'
import type { Line } from '../line.ts'
import { ingestRequest, openConnection } from '../load/http.ts'
import { openStream } from '../load/stream.ts'
import { poll } from '../poll.ts'
import { ageSeconds } from '../proc.ts'

const metric = 'recovery.value'
const postEveryMs = 20
const plan = { kills: 4, withinMs: 45_000 }
/** The supervisor starts a process that lived longer at once again, without a longer and longer pause. */
const steadySeconds = 10.5
const patienceMs = 30_000

/** From kill -9 of the pipeline, under a trickle of points, until the first point sent after it is on a stream. */
export const recovery: Line = {
  name: 'recovery',
  async measure({ installation, say }) {
    const tenant = await installation.tenant('recovery')
    const moving: number[] = []
    const live: number[] = []
    const sentAt: number[] = []
    let killedAt = Number.POSITIVE_INFINITY
    let moved = Promise.withResolvers<number>()
    using stream = await openStream(installation.url, tenant, `?metric=${metric}`, (batch, at) => {
      if (batch.x.some((n) => sentAt[n] > killedAt)) moved.resolve(at)
    })
    await stream.opened
    using connection = await openConnection(installation.url)
    const ending = new AbortController()
    const posting = post()
    posting.catch((error) => moved.reject(error))

    async function post(): Promise<void> {
      while (!ending.signal.aborted) {
        const n = sentAt.push(performance.now()) - 1
        const status = await connection.send(
          ingestRequest(tenant.ingest, JSON.stringify({ metric_name: metric, value: n })),
        )
        if (status !== 202) throw new Error(`a point was answered ${status}`)
        await sleep(postEveryMs)
      }
    }

    const start = performance.now()
    while (moving.length < plan.kills && performance.now() - start < plan.withinMs) {
      say(`kill ${moving.length + 1} of ${plan.kills}`)
      const pid = installation.pid('pipeline')
      await sleep(Math.max(1_000, (steadySeconds - ageSeconds(pid)) * 1000))
      moved = Promise.withResolvers()
      killedAt = performance.now()
      installation.signal('pipeline', 'SIGKILL')
      const up = poll(() => answers(`${installation.pipelineUrl}/health/live`), patienceMs)
      const upAt = up.then(() => performance.now())
      const late = sleep(patienceMs, undefined, { ref: false }).then(() => {
        throw new Error(`nothing moved within ${patienceMs} ms of a kill`)
      })
      moving.push(((await Promise.race([moved.promise, late])) - killedAt) / 1000)
      live.push(((await upAt) - killedAt) / 1000)
      killedAt = Number.POSITIVE_INFINITY
    }
    ending.abort()
    await posting
    return [
      {
        id: 'recovery',
        title: 'kill -9 of the pipeline → points move again, worst',
        unit: 's',
        rounds: moving,
        ceiling: { what: 'its process started again and live', rounds: live },
        budget: { most: 2, of: 'worst' },
      },
    ]
  },
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}
