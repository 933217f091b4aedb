import type { Counters } from './counters.ts'
import type { Memory } from './memory.ts'
import type { MountUse } from './mounts.ts'

/** One look at a machine; what could not be read is absent or empty. */
export interface Readings {
  /** Percent of all cores since the look before. */
  readonly cpu?: number
  /** The same by core. */
  readonly cores: ReadonlyMap<string, number>
  readonly memory?: Memory
  /** Averages of the last 1, 5 and 15 minutes. */
  readonly load?: readonly [number, number, number]
  readonly mounts: readonly MountUse[]
  /** Bytes a second received and sent, by interface. */
  readonly network: Counters
  /** Bytes a second read and written, by disk. */
  readonly disks: Counters
}
