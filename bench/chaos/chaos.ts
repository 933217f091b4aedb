import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { drawCycles, shortCycles } from './plan.ts'
import { reportOf } from './report.ts'
import { runChaos } from './run.ts'

/** `npm run chaos`: breaks everything under load, and ends with 1 unless nothing was lost, doubled or left behind. */
const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '100' },
    seed: { type: 'string' },
    seconds: { type: 'string' },
    /** The cycles of the test instead of drawn ones. */
    short: { type: 'boolean', default: false },
  },
})
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed)
const say = (text: string) => console.log(text)
say(`npm run chaos -- --cycles ${values.cycles} --seed ${seed}`)
const result = await runChaos({
  seed,
  cycles: values.short ? shortCycles() : drawCycles(seed, Number(values.cycles)),
  ...(values.seconds !== undefined && { mostMs: Number(values.seconds) * 1_000 }),
  say,
})
say(reportOf(result))
process.exit(result.good ? 0 : 1)
