import { arch, cpus, hostname, platform, release, totalmem } from 'node:os'
import si from 'systeminformation'

/** systeminformation asks shells: this much they get, ms. */
const patienceMs = 3_000

/** What kind of machine this is. Starts processes, so once, at the start; the rest comes from Node. */
export async function readInventory(): Promise<Record<string, unknown>> {
  const [first] = cpus()
  const known = {
    hostname: hostname(),
    platform: platform(),
    kernel: release(),
    arch: arch(),
    cpu: first?.model,
    cores: cpus().length,
    memory_bytes: totalmem(),
    node: process.version,
  }
  const asked = Promise.all([si.osInfo(), si.system()]).catch(() => undefined)
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, patienceMs, undefined)
  })
  const answer = await Promise.race([asked, patience])
  clearTimeout(timer)
  if (answer === undefined) return known
  const [{ distro, release: version }, { manufacturer, model, virtual }] = answer
  return { ...known, os: `${distro} ${version}`.trim(), model: `${manufacturer} ${model}`.trim(), virtual }
}
