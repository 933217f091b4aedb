import { randomInt } from 'node:crypto'
import { describeCommit } from '../report/machine.ts'
import { type ChaosAsk, readAsk, usage } from './ask.ts'
import { drawCycles, shortCycles } from './plan.ts'
import { reportOf } from './report.ts'
import { runChaos } from './run.ts'

/** `npm run chaos`: breaks everything under load, and ends with 1 unless nothing was lost, doubled or left behind. */
const { seed, cycles, mostMs, command } = asked()
const about = `${new Date().toISOString().slice(0, 16)}Z, commit ${describeCommit()}: ${command}`
const say = (text: string) => console.log(text)
say(about)
const drawn = cycles === undefined ? shortCycles() : drawCycles(seed, cycles)
const result = await runChaos({ seed, cycles: drawn, mostMs, say })
say(`\n${about}`)
say(reportOf(result))
process.exit(result.good ? 0 : 1)

function asked(): ChaosAsk {
  try {
    return readAsk(process.argv.slice(2), () => randomInt(2 ** 31))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${usage}`)
    process.exit(2)
  }
}
