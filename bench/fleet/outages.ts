import { setTimeout as sleep } from 'node:timers/promises'
import type { Installation } from '../installation.ts'

type Name = Parameters<Installation['pid']>[0]

interface Outage {
  readonly title: string
  readonly name: Name
  /** Frozen for so long, s; killed when it is none. */
  readonly seconds?: number
}

/** What an edge fleet must outlive, in its order. The bridge is part of the gateway's process. */
const outages: readonly Outage[] = [
  { title: 'the log is stopped', name: 'kafka', seconds: 120 },
  { title: 'the bridge is killed', name: 'gateway' },
  { title: 'the broker is away', name: 'mqtt', seconds: 300 },
  { title: 'the broker is killed', name: 'mqtt' },
  { title: 'the bridge is killed again', name: 'gateway' },
]

const calmSeconds = 20
const holdMs = 100

/** How long all of them take, s. */
export const outageSeconds = outages.reduce(
  (sum, { seconds = 0 }) => sum + seconds + calmSeconds,
  calmSeconds,
)

/** Lets all of it happen to an installation, one after the other, with calm between them. */
export async function breakThings(installation: Installation, say: (text: string) => void): Promise<void> {
  for (const { title, name, seconds } of outages) {
    await sleep(calmSeconds * 1_000)
    say(seconds === undefined ? title : `${title} for ${seconds} s`)
    if (seconds === undefined) process.kill(installation.pid(name), 'SIGKILL')
    else await freeze(installation, name, seconds * 1_000)
  }
  await sleep(calmSeconds * 1_000)
}

/** Frozen until the time is over, also when the launcher takes it for hung and starts another. */
async function freeze(installation: Installation, name: Name, ms: number): Promise<void> {
  const end = performance.now() + ms
  let frozen: number | undefined
  while (performance.now() < end) {
    const pid = pidOf(installation, name)
    if (pid !== undefined && pid !== frozen) {
      process.kill(pid, 'SIGSTOP')
      frozen = pid
    }
    await sleep(holdMs)
  }
  const pid = pidOf(installation, name)
  if (pid !== undefined) process.kill(pid, 'SIGCONT')
}

/** Undefined while it is being started again. */
function pidOf(installation: Installation, name: Name): number | undefined {
  try {
    return installation.pid(name)
  } catch {
    return undefined
  }
}
