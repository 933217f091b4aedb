import { answer, ownCpuSeconds } from '../child.ts'
import { makeBodies, type Shape } from './bodies.ts'

export interface ParseAsk {
  readonly shape: Shape
  readonly seconds: number
}

/** Points for each CPU second that `JSON.parse` alone gets out of the bodies that the sender sends. */
answer<ParseAsk, number>(({ shape, seconds }) => {
  const texts = makeBodies(shape, 10).map((body) => body.toString('latin1'))
  run(0.2)
  return run(seconds)

  function run(length: number): number {
    const cpu = ownCpuSeconds()
    const end = performance.now() + length * 1000
    let points = 0
    for (let turn = 0; performance.now() < end; turn++) {
      points += (JSON.parse(texts[turn % texts.length]) as unknown[]).length
    }
    return points / (ownCpuSeconds() - cpu)
  }
})
