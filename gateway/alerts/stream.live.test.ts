import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openSse, type SseBlock, type SseClient } from '@streamgauge/bench/sse.ts'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'
import { topics } from '@streamgauge/core/topics.ts'
import type { Transition } from '@streamgauge/core/transition.ts'

let whole: Whole
const bearers = new Map<string, { authorization: string }>()
let nextId = 1_000

before(async () => {
  whole = await startWhole()
  for (const name of ['acme', 'globex']) {
    await whole.tenant(name)
    bearers.set(name, { authorization: `Bearer ${(await whole.token(name, 'read')).token}` })
  }
})
after(() => whole[Symbol.asyncDispose]())

/** An open stream: what is told from now on is in it. */
async function open(tenant: string, query = '', url = whole.url): Promise<SseClient> {
  const sse = await openSse(`${url}/api/v1/stream/${tenant}${query}`, bearers.get(tenant) ?? {})
  await sse.find(({ id }) => id !== undefined)
  return sse
}

function change(metric = 'cpu', agent: string | null = 'web-1'): Transition {
  return {
    ...{
      id: nextId++,
      rule_id: 1,
      rule_name: 'CPU',
      severity: 'critical',
      series: [metric, agent, { a: '1' }],
    },
    ...{ from: 'OK', to: 'FIRING', reason: 'threshold', value: 97, threshold: 90, at: 5, position: '3:7' },
  }
}

const publish = (tenant: string, ...changes: Transition[]) =>
  whole.log.append(
    topics.transitions,
    changes.map((each) => ({ key: tenant, value: JSON.stringify(each) })),
  )
const told = ({ blocks }: SseClient): Transition[] =>
  blocks.filter(({ event }) => event === 'alert').map(({ data }) => JSON.parse(data ?? ''))
const tells =
  ({ id }: Transition) =>
  ({ event, data }: SseBlock) =>
    event === 'alert' && JSON.parse(data ?? '').id === id

test('a change of state reaches the streams of its tenant within a second, as it is, without an id', async () => {
  using sse = await open('acme')
  using other = await open('globex')
  const first = change()
  await publish('acme', first)
  await sse.find(tells(first))
  const second = change()
  await publish('acme', second)
  const block = await sse.find(tells(second), 1_000)
  assert.equal(block.id, undefined)
  assert.deepEqual(told(sse), [first, second])
  const theirs = change()
  await publish('globex', theirs)
  await other.find(tells(theirs))
  assert.deepEqual([told(other), told(sse).length], [[theirs], 2])
})

test('what is published again is told once, and filters hold for alerts too', async () => {
  using all = await open('acme')
  using some = await open('acme', '?metric=disk&agent=web-2')
  const [cpu, disk, mine, last] = [change(), change('disk'), change('disk', 'web-2'), change('disk', 'web-2')]
  await publish('acme', cpu, disk, mine)
  await publish('acme', cpu, mine, last)
  await all.find(tells(last))
  await some.find(tells(last))
  assert.deepEqual(told(all), [cpu, disk, mine, last])
  assert.deepEqual(told(some), [mine, last])
})

test('every gateway tells its streams, also one that has just started', async () => {
  using first = await open('acme')
  const { url } = await whole.replica()
  using second = await open('acme', '', url)
  const news = change()
  await publish('acme', news)
  await first.find(tells(news))
  await second.find(tells(news))
})
