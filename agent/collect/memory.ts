/** Bytes of memory; `used` is what programs hold: caches the system would give back don't count. */
export interface Memory {
  readonly used: number
  readonly total: number
  readonly available: number
}

/** Of /proc/meminfo, which counts in KiB. */
export function readMeminfo(text: string): Memory {
  const bytes = (name: string): number | undefined => {
    const [, kib] = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text) ?? []
    return kib === undefined ? undefined : Number(kib) * 1024
  }
  const total = bytes('MemTotal') ?? 0
  // Kernels before 3.14 don't say what is available.
  const available =
    bytes('MemAvailable') ?? (bytes('MemFree') ?? 0) + (bytes('Buffers') ?? 0) + (bytes('Cached') ?? 0)
  return { used: total - available, total, available }
}
