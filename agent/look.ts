import { platform } from 'node:os'
import type { AgentOptions } from './agent.ts'
import { createLinuxReader } from './collect/linux.ts'
import { ownPoints, toPoints } from './collect/points.ts'

/** Looks at this machine, and at how the agent fares; `mounts` empty means every local disk. */
export async function createLook(mounts: readonly string[]): Promise<AgentOptions['look']> {
  const read = platform() === 'linux' ? createLinuxReader(mounts) : await elsewhere(mounts)
  return async (now, counts) => [...toPoints(await read(), now), ...ownPoints(counts, now)]
}

/** Loaded where it is needed: it takes memory. */
async function elsewhere(mounts: readonly string[]) {
  const { createReader } = await import('./collect/elsewhere.ts')
  return createReader(mounts)
}
