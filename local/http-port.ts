import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LaunchError } from './launch-error.ts'
import { takeLock } from './lock.ts'
import { isFree } from './ports.ts'
import type { State } from './state.ts'

const defaultHttpPort = 8080

/** Throws a LaunchError when the port that was asked for can't be had. */
export async function refuseBusyPort(host: string, given: string | undefined): Promise<void> {
  if (!given || (await isFree(Number(given), host))) return
  throw new LaunchError(
    `Port ${given} of HTTP_PORT can't be used on ${host}: stop what listens there, name another port, or leave HTTP_PORT out.`,
  )
}

/**
 * The port given, else the one of the last start, else the first free one from 8080 on. It is reserved until
 * `release()`, when the gateway listens: another checkout may be choosing right now.
 */
export async function chooseHttpPort(
  state: State,
  host: string,
  given: string | undefined,
): Promise<ChosenPort> {
  if (given) return { port: Number(given), release: () => undefined }
  const kept = state.data.ports.http
  const candidates = [
    ...(kept === undefined ? [] : [kept]),
    ...range(defaultHttpPort, defaultHttpPort + 1_000),
  ]
  for (const port of candidates) {
    const release = (await isFree(port, host)) ? reserve(port) : undefined
    if (release === undefined) continue
    state.set('ports', 'http', port)
    return { port, release }
  }
  throw new LaunchError(`No port from ${defaultHttpPort} on is free on ${host}: name one in HTTP_PORT.`)
}

export interface ChosenPort {
  readonly port: number
  release(): void
}

/** Undefined when another launcher has it. */
function reserve(port: number): (() => void) | undefined {
  try {
    const taken = takeLock(join(tmpdir(), `streamgauge-port-${port}.lock`))
    return typeof taken === 'function' ? taken : undefined
  } catch {
    return undefined // the lock of another user
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i)
}
