import { setTimeout as sleep } from 'node:timers/promises'
import { readInventory } from './collect/inventory.ts'
import type { Config } from './config.ts'
import { createLook } from './look.ts'
import { openLink } from './send/link.ts'
import { batchPayload, splitPoints } from './send/messages.ts'
import { explainConnection } from './send/reasons.ts'
import { holderOf } from './spool/lock.ts'

/** Long enough for a share of CPU and a rate. */
const lookMs = 1_000
const noCounts = { waitingMessages: 0, droppedPoints: 0, bytes: 0 }

/** Says what the agent would send, and whether the broker lets it in; false when it does not. */
export async function check(config: Config, say: (text: string) => void): Promise<boolean> {
  const { url, username, password, topics, intervalMs, mounts, spool } = config
  const look = await createLook(mounts)
  await sleep(lookMs)
  const points = await look(Date.now(), noCounts)
  const bytes = splitPoints(points, Infinity).map(
    (part) => batchPayload({ epoch: Date.now(), seq: 0 }, part).length,
  )
  const size = bytes.reduce((sum, one) => sum + one, 0)
  const daily = (size * 86_400_000) / intervalMs
  say(`Machine   ${JSON.stringify(await readInventory())}`)
  for (const { metric_name, value, tags } of points)
    say(`Would send  ${metric_name} ${value}${tags ? ` ${JSON.stringify(tags)}` : ''}`)
  say(`Every ${intervalMs} ms ${points.length} points, ${size} bytes, to ${topics.batch}`)
  say(
    `Spool     ${spool.folder}, ${mega(spool.bytes)}: room for ${hours(spool.bytes / daily)} without the broker`,
  )

  const holder = holderOf(spool.folder)
  if (holder !== undefined) {
    say(
      `Broker    not asked: the agent runs (process ${holder}) and a second login would end its connection.`,
    )
    say('          Its log says how it fares; stop it to check the connection.')
    return true
  }
  try {
    const link = await openLink({ url, username, password })
    say(`Broker    ${url} lets ${username} in and takes packets of ${link.maximumPacketSize} bytes`)
    await link.close()
    return true
  } catch (error) {
    say(`Broker    ${url} does not let ${username} in: ${explainConnection(error)}`)
    return false
  }
}

function mega(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`
}

function hours(days: number): string {
  return days < 2 ? `${(days * 24).toFixed(1)} hours` : `${days.toFixed(1)} days`
}
