import { statfs } from 'node:fs/promises'
import { fieldsOf } from './files.ts'

export interface MountUse {
  readonly mount: string
  readonly percent: number
  /** Bytes. */
  readonly used: number
  readonly total: number
}

/** More are of no use on a chart. */
const maxMounts = 16

/**
 * The root and every local disk's first mount point, of /proc/self/mounts. Network file systems are left out: one whose
 * server is away would answer never.
 */
export function localMounts(text: string): string[] {
  const seen = new Set<string>()
  const mounts = ['/']
  for (const [device, mount] of fieldsOf(text)) {
    if (!device.startsWith('/dev/') || device.startsWith('/dev/loop') || seen.has(device)) continue
    seen.add(device)
    // Names with spaces are written in octal (fstab(5)); a file may be mounted over another, as containers do.
    const path = mount.replace(/\\(\d{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8)))
    if (!mounts.includes(path) && !path.startsWith('/etc/') && !path.startsWith('/boot')) mounts.push(path)
  }
  return mounts.slice(0, maxMounts)
}

/** Looks at mount points without waiting for one that doesn't answer: it is left out until it does. */
export function createMountReader(mounts: readonly string[]): () => Promise<MountUse[]> {
  const asking = new Set<string>()
  const patienceMs = 500

  async function ask(mount: string): Promise<MountUse | undefined> {
    if (asking.has(mount)) return undefined
    asking.add(mount)
    try {
      const { blocks, bfree, bavail, bsize } = await statfs(mount)
      const used = blocks - bfree
      // As df counts: of what ordinary users may use. Pseudo file systems have no blocks.
      if (used + bavail === 0) return undefined
      return { mount, percent: (100 * used) / (used + bavail), used: used * bsize, total: blocks * bsize }
    } finally {
      asking.delete(mount)
    }
  }

  return async () => {
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, patienceMs, undefined)
    })
    const asked = mounts.map((mount) => Promise.race([ask(mount).catch(() => undefined), patience]))
    const answers = await Promise.all(asked)
    clearTimeout(timer)
    return answers.filter((answer) => answer !== undefined)
  }
}
