import { readFileSync } from 'node:fs'
import { arch, cpus, hostname, platform, release, totalmem } from 'node:os'

/** systeminformation asks shells: this much they get, ms. */
const patienceMs = 3_000

/** What kind of machine this is, told with every birth. */
export async function readInventory(): Promise<Record<string, unknown>> {
  const known = {
    hostname: hostname(),
    platform: platform(),
    kernel: release(),
    arch: arch(),
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memory_bytes: totalmem(),
    node: process.version,
  }
  return { ...known, ...(platform() === 'linux' ? readLinux() : await askSystem()) }
}

/** Files say it all on Linux, where systeminformation would take 10 MB and start a dozen processes. */
function readLinux(): Record<string, string | undefined> {
  const [, os] = /^PRETTY_NAME="?([^"\n]*)/m.exec(readIfThere('/etc/os-release') ?? '') ?? []
  const board = ['sys_vendor', 'product_name'].map((name) => readIfThere(`/sys/class/dmi/id/${name}`)?.trim())
  return { os, model: board.filter(Boolean).join(' ') || undefined }
}

async function askSystem(): Promise<Record<string, unknown>> {
  const { default: si } = await import('systeminformation')
  const asked = Promise.all([si.osInfo(), si.system()]).catch(() => undefined)
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, patienceMs, undefined)
  })
  const answer = await Promise.race([asked, patience])
  clearTimeout(timer)
  if (answer === undefined) return {}
  const [{ distro, release: version }, { manufacturer, model }] = answer
  return { os: `${distro} ${version}`, model: `${manufacturer} ${model}` }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
