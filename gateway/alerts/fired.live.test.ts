import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { poll } from '@streamgauge/bench/poll.ts'
import { openSse, type SseClient } from '@streamgauge/bench/sse.ts'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'
import type { Transition } from '@streamgauge/core/transition.ts'

let whole: Whole
let headers: Readonly<Record<string, string>>
let sse: SseClient
before(async () => {
  whole = await startWhole()
  await whole.tenant('acme')
  headers = { authorization: `Bearer ${(await whole.token('acme', 'manage', 'ingest')).token}` }
  sse = await openSse(`${whole.url}/api/v1/stream/acme`, headers)
})
after(async () => {
  sse[Symbol.dispose]()
  await whole[Symbol.asyncDispose]()
})

async function ask(method: string, path: string, body?: object) {
  const response = await fetch(`${whole.url}/api/v1/${path}`, {
    method,
    headers: body ? { ...headers, 'content-type': 'application/json' } : headers,
    body: body && JSON.stringify(body),
  })
  const text = await response.text()
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
  return text === '' ? null : JSON.parse(text)
}

/** What the stream tells of a rule from now on, such as `OK FIRING threshold`. */
async function told(rule: number, word: string): Promise<Transition> {
  const begin = sse.blocks.length
  const { data } = await sse.find((block) => {
    if (block.event !== 'alert' || sse.blocks.indexOf(block) < begin) return false
    const { rule_id, from, to, reason } = JSON.parse(block.data ?? '') as Transition
    return rule_id === rule && `${from} ${to} ${reason}` === word
  }, 20_000)
  return JSON.parse(data ?? '')
}

/** Sends values until the stream tells of one: a rule is about what is accepted after it was made. */
async function sendUntilTold(rule: number, metric: string, value: number, word: string): Promise<Transition> {
  const news = told(rule, word)
  let isTold = false
  news
    .finally(() => {
      isTold = true
    })
    .catch(() => undefined)
  await poll(async () => {
    if (!isTold) await ask('POST', 'metrics', { metric_name: metric, value, agent_id: 'web-1' })
    return isTold
  }, 20_000)
  return news
}

const rules = 'tenants/acme/alert-rules'
const alertsOf = async (rule: number, query = ''): Promise<Transition[]> =>
  (await ask('GET', `tenants/acme/alerts?rule=${rule}${query}`)).items

test('a rule that was made fires, and stream and lists tell the same of it', async () => {
  const { id } = await ask('POST', rules, {
    metric_name: 'cpu',
    operator: '>',
    threshold: 90,
    severity: 'critical',
  })
  const fired = await sendUntilTold(id, 'cpu', 97, 'OK FIRING threshold')
  assert.deepEqual([fired.value, fired.series, fired.severity], [97, ['cpu', 'web-1', {}], 'critical'])
  assert.deepEqual(await alertsOf(id, '&firing=true'), [fired])
  const resolved = await sendUntilTold(id, 'cpu', 1, 'FIRING OK threshold')
  assert.deepEqual(await alertsOf(id, '&firing=true'), [])
  assert.deepEqual(await alertsOf(id), [resolved, fired])
})

test('a rule that is changed, disabled or deleted ends what it fires, and says why', async () => {
  const body = { metric_name: 'mem', operator: '>=', threshold: 5 }
  const { id } = await ask('POST', rules, body)
  await sendUntilTold(id, 'mem', 7, 'OK FIRING threshold')
  const put = (more: object) => ask('PUT', `${rules}/${id}`, { ...body, ...more })
  await Promise.all([told(id, 'FIRING OK rule_changed'), put({ threshold: 10 })])
  await put({})
  await sendUntilTold(id, 'mem', 8, 'OK FIRING threshold')
  await Promise.all([told(id, 'FIRING OK rule_disabled'), put({ enabled: false })])
  await put({})
  await sendUntilTold(id, 'mem', 9, 'OK FIRING threshold')
  await Promise.all([told(id, 'FIRING OK rule_deleted'), ask('DELETE', `${rules}/${id}`)])
  assert.deepEqual(await alertsOf(id, '&firing=true'), [])
})

test('a change of a rule takes effect within two seconds of its answer', async () => {
  const body = { metric_name: 'load', operator: '>', threshold: 5 }
  const { id } = await ask('POST', rules, body)
  const { id: steady } = await ask('POST', rules, { ...body, metric_name: 'pace' })
  const put = (more: object) => ask('PUT', `${rules}/${id}`, { ...body, ...more })
  await sendUntilTold(steady, 'pace', 9, 'OK FIRING threshold')
  const late: number[] = []
  for (const round of [1, 2, 3]) {
    await sendUntilTold(id, 'load', 9, 'OK FIRING threshold')
    // What a point takes, where nothing has to be read first: so busy is this machine just now.
    const [word, value] = round % 2 === 1 ? ['FIRING OK threshold', 1] : ['OK FIRING threshold', 9]
    const sent = performance.now()
    await Promise.all([
      told(steady, word),
      ask('POST', 'metrics', { metric_name: 'pace', value, agent_id: 'web-1' }),
    ])
    const pointMs = performance.now() - sent
    const news = told(id, 'FIRING OK rule_changed')
    await put({ threshold: 10 })
    const answered = performance.now()
    await news
    late.push(performance.now() - answered - pointMs)
    await put({})
  }
  const [, median] = late.toSorted((a, b) => a - b)
  assert.ok(median <= 2_000, `${late.map(Math.round).join(', ')} ms longer than a point takes`)
})
