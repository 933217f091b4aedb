import { platform } from 'node:os'
import type { AgentOptions } from './agent.ts'
import { createReader } from './collect/elsewhere.ts'
import { createLinuxReader } from './collect/linux.ts'
import { ownPoints, toPoints } from './collect/points.ts'

/** Looks at this machine, and at how the agent fares; `mounts` empty means every local disk. */
export function createLook(mounts: readonly string[]): AgentOptions['look'] {
  const read = platform() === 'linux' ? createLinuxReader(mounts) : createReader(mounts)
  return async (now, counts) => [...toPoints(await read(), now), ...ownPoints(counts, now)]
}
