import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProgress } from './progress.ts'

test('without a terminal every event is one plain line', () => {
  let text = ''
  let now = 0
  const write = (chunk: string) => {
    text += chunk
    return true
  }
  const progress = createProgress({ write, isTTY: false, columns: 80 } as NodeJS.WriteStream, () => now)
  const redis = progress.step('Redis')
  redis.say('starting')
  now = 1_234
  redis.done()
  progress.step('Kafka').failed()
  progress.print('Open  http://127.0.0.1')
  assert.equal(
    text,
    `· Redis                starting
✔ Redis                1.2 s
✘ Kafka
Open  http://127.0.0.1
`,
  )
})
