const pollMs = 1_000

/** Calls `gone` when who started this process is gone, even by kill -9: bootstrap, or npm where it is the parent. */
export function onParentGone(gone: () => void): void {
  process.on('disconnect', gone)
  process.channel?.unref()
  // Started by hand, the parent may be a shell that leaves on purpose.
  if (!process.env.npm_lifecycle_event) return
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) gone()
  }, pollMs).unref()
}
