const settings = { firstMs: 100, mostMs: 5_000 }

/** Milliseconds to wait after so many failures in a row: doubling, with jitter so that partitions don't march in step. */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const full = Math.min(settings.mostMs, settings.firstMs * 2 ** Math.min(failures - 1, 20))
  return Math.round(full * (0.5 + random() / 2))
}
