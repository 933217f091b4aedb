import { parseArgs } from 'node:util'

/** What `npm run chaos` was asked for. */
export interface ChaosAsk {
  readonly seed: number
  /** How many cycles are drawn; undefined: those of the test. */
  readonly cycles: number | undefined
  /** Ends after the cycle in which this time is over, ms. */
  readonly mostMs: number | undefined
  /** The command that asks for the same again. */
  readonly command: string
}

export const usage = `npm run chaos [-- --cycles <n> | --short] [--seed <n>] [--seconds <n>]
  --cycles   how many, 100 when left out
  --short    the cycles of the test instead of drawn ones
  --seed     draws the same faults again
  --seconds  ends after the cycle in which the time is over\n`

/** Throws when an argument is unknown or no number it could be. `chance` gives a seed when none is named. */
export function readAsk(args: readonly string[], chance: () => number): ChaosAsk {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cycles: { type: 'string' },
      seed: { type: 'string' },
      seconds: { type: 'string' },
      short: { type: 'boolean', default: false },
    },
  })
  const { short } = values
  if (short && values.cycles !== undefined) throw new Error('--short has cycles of its own')
  const cycles = short ? undefined : (whole('cycles', values.cycles, 1) ?? 100)
  const seed = whole('seed', values.seed, 0) ?? chance()
  const seconds = whole('seconds', values.seconds, 1)
  const command = [
    'npm run chaos --',
    short ? '--short' : `--cycles ${cycles}`,
    `--seed ${seed}`,
    ...(seconds === undefined ? [] : [`--seconds ${seconds}`]),
  ].join(' ')
  return { seed, cycles, mostMs: seconds === undefined ? undefined : seconds * 1_000, command }
}

function whole(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least) return value
  throw new Error(`--${name} ${text}: not a whole number from ${least} on`)
}
