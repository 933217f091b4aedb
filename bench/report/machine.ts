import { execFileSync } from 'node:child_process'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { machineTicks } from '../proc.ts'
import { median } from '../stats.ts'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGB: number
  readonly kernel: string
  readonly node: string
}

export function describeMachine(): Machine {
  const [first] = cpus()
  return {
    cpu: first?.model ?? 'unknown',
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 1e9),
    kernel: release(),
    node: process.version,
  }
}

/** The commit that is measured, marked when files differ from it. */
export function describeCommit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim()
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') !== ''
    return git('rev-parse', '--short', 'HEAD') + (changed ? ', with changes' : '')
  } catch {
    return 'unknown'
  }
}

/** How calm the machine was: what else ran there shows in the time that the same piece of work takes. */
export interface Noise {
  /** Takes a sample: between lines, when nothing of ours runs. */
  sample(): void
  /** In a sentence. */
  describe(): string
}

const spins = 5
const turns = 2_000_000

export function watchNoise(): Noise {
  const load = loadavg()[0]
  const start = machineTicks()
  const samples: number[] = []
  return {
    sample() {
      samples.push(median(Array.from({ length: spins }, spin)))
    },
    describe() {
      const [least, most] = [Math.min(...samples), Math.max(...samples)]
      const end = machineTicks()
      const stolen = ((end.stolen - start.stolen) / (end.all - start.all)) * 100
      return [
        `load average at the start ${load.toFixed(2)}`,
        `the same work between the lines took ${least.toFixed(1)} to ${most.toFixed(1)} ms (+${((most / least - 1) * 100).toFixed(0)} %)`,
        `${stolen.toFixed(1)} % of the time was taken by the hypervisor`,
      ].join('; ')
    },
  }
}

function spin(): number {
  const start = performance.now()
  let sum = 0
  for (let i = 0; i < turns; i++) sum = (sum * 31 + i) | 0
  if (sum === 1) throw new Error('the work must not be optimised away')
  return performance.now() - start
}
