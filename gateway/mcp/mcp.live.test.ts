import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { revokeToken } from '@streamgauge/adapters/mariadb/tokens.ts'
import { poll } from '@streamgauge/bench/poll.ts'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'
import { limits } from '@streamgauge/core/limits.ts'

/** A busy machine takes its time. */
const withinMs = 60_000

let whole: Whole
/** Tokens of acme. */
const tokens = { read: '', manage: '', ingest: '' }
let reader: Client
before(async () => {
  whole = await startWhole({ USE_MCP: 'true', PUBLIC_URL: 'http://gauge.example' })
  await whole.tenant('acme')
  await whole.tenant('globex')
  for (const scope of ['read', 'manage', 'ingest'] as const)
    tokens[scope] = (await whole.token('acme', scope)).token
  reader = await connect(tokens.read)
})
after(async () => {
  await reader?.close()
  await whole?.[Symbol.asyncDispose]()
})

async function connect(token: string, url = whole.url): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' })
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit }))
  // From now on the client holds every answer against the schema of its tool.
  await client.listTools()
  return client
}

interface Called<T> {
  readonly isError?: boolean
  readonly structuredContent: T
  readonly content: readonly { readonly text: string }[]
}

async function call<T>(client: Client, name: string, args: object = {}): Promise<T> {
  const answer = (await client.callTool({ name, arguments: { ...args } })) as unknown as Called<T>
  assert.ok(!answer.isError, `${name}: ${answer.content[0].text}`)
  assert.deepEqual(JSON.parse(answer.content[0].text), answer.structuredContent)
  return answer.structuredContent
}

async function refusal(client: Client, name: string, args: object = {}) {
  const answer = (await client.callTool({ name, arguments: { ...args } })) as unknown as Called<undefined>
  assert.ok(answer.isError, `${name} was not refused`)
  return JSON.parse(answer.content[0].text) as { code: string; detail: string; remedy: string }
}

async function post(points: readonly object[]): Promise<void> {
  const response = await fetch(`${whole.url}/api/v1/metrics`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.ingest}`, 'content-type': 'application/json' },
    body: JSON.stringify(points),
  })
  assert.equal(response.status, 202, await response.text())
}

interface List<T> {
  items: T[]
  next: string | null
}
interface HistoryAnswer {
  unit: string
  resolution: string
  step_s: number | null
  columns: string[]
  series: { agent_id: string; summary: Record<string, number | null>; rows: [string, ...number[]][] }[]
}

test('which agents are offline, and what was their CPU in the last hour: told by tools alone', async () => {
  const minute = 60_000
  const now = Date.now()
  const cpu = (agent_id: string, ago: number, value: number) => ({
    metric_name: 'cpu.usage',
    agent_id,
    timestamp: now - ago,
    value,
  })
  // A value every other second, with a peak, and one before the hour that has no place in the answer.
  const begin = 50 * minute
  const hour = Array.from({ length: 1_400 }, (_, i) => (i === 700 ? 90 : 10 + (i % 30)))
  await post([cpu('web-2', 70 * minute, 99), ...hour.map((x, i) => cpu('web-2', begin - i * 2_000, x))])
  // This one beats every ten minutes, that one every second: so only that one is missed in the test.
  for (const ago of [20, 10, 0]) await post([cpu('web-1', ago * minute, 50)])
  for (const ago of [2_000, 1_000, 0]) await post([cpu('web-2', ago, 40)])

  const findOffline = async () =>
    (
      await call<List<{ agent_id: string; metrics: string[] }>>(reader, 'list_agents', {
        status: ['offline'],
      })
    ).items
  await poll(async () => (await findOffline()).length > 0, withinMs)
  const offline = await findOffline()
  assert.deepEqual(
    offline.map(({ agent_id }) => agent_id),
    ['web-2'],
  )
  const [metric] = offline[0].metrics
  const answer = await call<HistoryAnswer>(reader, 'query_history', {
    metric,
    agents: offline.map(({ agent_id }) => agent_id),
    from: '-1h',
  })
  const values = [...hour, 40, 40, 40]
  assert.deepEqual([metric, answer.unit, answer.resolution], ['cpu.usage', '%', 'raw'])
  assert.deepEqual(answer.series.length, 1)
  const { agent_id, summary, rows } = answer.series[0]
  assert.equal(agent_id, 'web-2')
  assert.deepEqual(summary, {
    count: values.length,
    mean: values.reduce((a, b) => a + b) / values.length,
    min: 10,
    max: 90,
    first: 10,
    last: 40,
  })
  // More than fits: each row is a step, of which nothing is left out.
  assert.deepEqual([answer.columns, answer.step_s], [['time', 'mean', 'min', 'max'], 120])
  assert.ok(rows.length > 20 && rows.length <= limits.mcpPointsDefault, `${rows.length} rows`)
  const peak = rows.filter(([, , , max]) => max === 90)
  const of = Date.parse(peak[0][0])
  const inStep = hour.filter((_, i) => {
    const t = now - begin + i * 2_000
    return t >= of && t < of + 120_000
  })
  assert.deepEqual(
    peak.map(([, ...row]) => row),
    [[inStep.reduce((a, b) => a + b) / inStep.length, 10, 90]],
  )

  const newest = await call<HistoryAnswer>(reader, 'query_history', {
    metric,
    agents: ['web-2'],
    from: String(now - 2_000),
  })
  assert.deepEqual([newest.columns, newest.step_s], [['time', 'value'], null])
  assert.deepEqual(newest.series[0].rows, [
    [new Date(now - 2_000).toISOString(), 40],
    [new Date(now - 1_000).toISOString(), 40],
    [new Date(now).toISOString(), 40],
  ])
})

test('every reading tool refuses the data of another tenant, says why and what to do', async () => {
  const { tools } = await reader.listTools()
  const needs: Record<string, object> = { query_history: { metric: 'cpu.usage' } }
  const perTenant = tools.filter(({ inputSchema }) => 'tenant' in (inputSchema.properties ?? {}))
  assert.ok(perTenant.length >= 7, `${perTenant.length} tools`)
  for (const { name } of perTenant) {
    for (const tenant of ['globex', 'nobody', '../acme']) {
      const { code, remedy } = await refusal(reader, name, { ...needs[name], tenant })
      assert.deepEqual([code, remedy.length > 0], ['FORBIDDEN', true], name)
    }
  }
  const { items } = await call<List<{ name: string }>>(reader, 'list_tenants')
  assert.deepEqual(
    items.map(({ name }) => name),
    ['acme'],
  )
})

test('a token without manage sees no tool of rules and can call none', async () => {
  const manager = await connect(tokens.manage)
  const seen = (await reader.listTools()).tools
  const all = (await manager.listTools()).tools
  await manager.close()
  const hidden = all.filter(({ name }) => !seen.some((tool) => tool.name === name))
  const names = ['list_alert_rules', 'list_channels', 'create_alert_rule', 'change_alert_rule']
  assert.deepEqual(
    hidden.map(({ name }) => name),
    names,
  )
  assert.ok(seen.every(({ annotations }) => annotations?.readOnlyHint))
  for (const name of names) {
    const rule = { metric_name: 'cpu.usage', operator: '>', threshold: 1, id: 1 }
    await assert.rejects(reader.callTool({ name, arguments: rule }), /There is no tool/)
  }
})

test('with manage a rule is made, changed field by field, and fires', async () => {
  const manager = await connect(tokens.manage)
  interface Rule {
    id: number
    threshold: number
    severity: string
    unit: string
    version: number
  }
  const wanted = { metric_name: 'queue.seconds', operator: '>', threshold: 100, severity: 'critical' }
  const made = await call<Rule>(manager, 'create_alert_rule', wanted)
  const changed = await call<Rule>(manager, 'change_alert_rule', { id: made.id, threshold: 5 })
  assert.deepEqual(
    [changed.id, changed.threshold, changed.severity, changed.unit, changed.version],
    [made.id, 5, 'critical', 's', 2],
  )
  assert.equal((await refusal(manager, 'change_alert_rule', { id: 999 })).code, 'NOT_FOUND')
  assert.equal(
    (await refusal(manager, 'create_alert_rule', { ...wanted, channels: [7] })).code,
    'CHANNEL_UNKNOWN',
  )
  const foreign = await refusal(manager, 'create_alert_rule', { ...wanted, tenant: 'globex' })
  assert.equal(foreign.code, 'FORBIDDEN')
  const firing = async () =>
    (await call<List<{ rule_id: number; value: number; state: string }>>(reader, 'list_firing_alerts')).items
  // A rule is about points accepted after it was made: it takes effect a moment later.
  await poll(async () => {
    await post([{ metric_name: 'queue.seconds', agent_id: 'web-1', value: 7 }])
    return (await firing()).length > 0
  }, withinMs)
  assert.deepEqual(
    (await firing()).map(({ rule_id, value, state }) => [rule_id, value, state]),
    [[made.id, 7, 'FIRING']],
  )
  const { items } = await call<List<{ from: string; to: string }>>(reader, 'list_alert_history', {
    rules: [made.id],
    states: ['FIRING'],
  })
  assert.deepEqual(
    items.map(({ from, to }) => [from, to]),
    [['OK', 'FIRING']],
  )
  await manager.close()
})

test('lists come in pages, and every value with its unit', async () => {
  interface Named {
    metric_name: string
    unit: string | null
  }
  await post(
    ['a.bytes', 'b.count', 'c_ms'].map((metric_name) => ({ metric_name, value: 1, agent_id: 'pages' })),
  )
  const all = async () => {
    const seen: Named[] = []
    for (let cursor: string | undefined; ; ) {
      const { items, next } = await call<List<Named>>(reader, 'list_metrics', { limit: 2, cursor })
      assert.ok(items.length <= 2)
      seen.push(...items)
      if (next === null) return seen
      cursor = next
    }
  }
  await poll(async () => (await all()).some(({ metric_name }) => metric_name === 'c_ms'), withinMs)
  const names = (await all()).map(({ metric_name }) => metric_name)
  assert.deepEqual(names, names.toSorted())
  const { items } = await call<List<Named & { last: { value: number } }>>(reader, 'list_series', {
    agents: ['pages'],
  })
  assert.deepEqual(items.map(({ metric_name, unit, last }) => [metric_name, unit, last.value]).sort(), [
    ['a.bytes', 'bytes', 1],
    ['b.count', null, 1],
    ['c_ms', 'ms', 1],
  ])
})

test('an answer stays small: many points are merged, too many series are named', async () => {
  const now = Date.now()
  const of = (i: number, k: number) => ({
    metric_name: 'many',
    agent_id: `m-${i}`,
    value: k,
    timestamp: now - 1_000 * k,
  })
  const each = 300
  const inAll = (count: number) =>
    Array.from({ length: count * each }, (_, n) => of(Math.floor(n / each), n % each))
  await post(inAll(limits.mcpSeries))
  const ask = { metric: 'many', from: String(now - 1_000 * each), max_points: limits.mcpPointsPerSeries }
  const read = () => call<HistoryAnswer & { thinned: boolean }>(reader, 'query_history', ask)
  await poll(async () => (await read()).series.length === limits.mcpSeries, withinMs)
  const answer = await read()
  const rows = answer.series.reduce((sum, { rows }) => sum + rows.length, 0)
  assert.ok(rows <= limits.mcpPoints && rows >= 16 * limits.mcpSeries, `${rows} rows`)
  assert.equal(answer.thinned, true)
  for (const { summary } of answer.series) {
    const { count, mean, min, max } = summary
    assert.deepEqual([count, mean, min, max], [each, (each - 1) / 2, 0, each - 1])
  }
  await post([of(limits.mcpSeries, 0)])
  let told = ''
  await poll(async () => {
    const { isError, content } = (await reader.callTool({
      name: 'query_history',
      arguments: ask,
    })) as unknown as Called<unknown>
    told = content[0].text
    return isError === true
  }, withinMs)
  assert.match(told, /QUERY_INVALID.*21 series.*aggregate/)
  const line = await call<HistoryAnswer>(reader, 'query_history', {
    ...ask,
    aggregate: 'max',
    max_points: 16,
  })
  assert.deepEqual([line.series.length, line.columns], [1, ['time', 'max']])
})

test('what a tool can’t use is refused by field', async () => {
  const { code, detail } = await refusal(reader, 'query_history', { metric: 'cpu', form: '-1h' })
  assert.deepEqual([code, /form/.test(detail)], ['QUERY_INVALID', true])
  assert.match((await refusal(reader, 'query_history', { metric: 'cpu', from: 'then' })).detail, /from/)
  const operator = await connect((await whole.token(null, 'operator')).token)
  assert.match((await refusal(operator, 'list_agents')).detail, /operator.*name one/)
  const { items } = await call<List<{ name: string }>>(operator, 'list_tenants')
  assert.deepEqual(
    items.map(({ name }) => name),
    ['acme', 'globex'],
  )
  await operator.close()
})

test('health names the parts and how the points flow', async () => {
  interface Health {
    status: string
    tenant: string
    behind_records: number
    warnings: string[]
  }
  const { status, tenant } = await call<Health>(reader, 'get_health')
  assert.deepEqual([status, tenant], ['ok', 'acme'])
})

test('the documentation is there to read', async () => {
  const { resources } = await reader.listResources()
  const flow = resources.find(({ name }) => name === 'flow.md')
  assert.equal(flow?.title, 'The life of a point')
  const { contents } = await reader.readResource({ uri: flow?.uri ?? '' })
  const page = readFileSync(new URL('../../docs/flow.md', import.meta.url), 'utf8')
  assert.equal((contents[0] as { text: string }).text, page)
  await assert.rejects(reader.readResource({ uri: 'streamgauge://docs/../package.json' }), /no resource/)
})

test('another gateway answers the next message, and a token that was revoked gets no further', async () => {
  const { id, token } = await whole.token('acme', 'read')
  const replica = await whole.replica()
  const client = await connect(token)
  // The client was welcomed here; the message goes there.
  const send = () =>
    fetch(`${replica.url}/mcp`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-06-18',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'list_tenants' } }),
    })
  const answer = (await (await send()).json()) as { result: Called<List<{ name: string }>> }
  assert.equal(answer.result.structuredContent.items[0].name, 'acme')
  await revokeToken(whole.database, id, Date.now())
  await poll(async () => (await send()).status === 401, withinMs)
  const isRefused = () =>
    client.callTool({ name: 'list_tenants', arguments: {} }).then(
      () => false,
      (error) => /UNAUTHENTICATED/.test(String(error)),
    )
  await poll(isRefused, withinMs)
  await client.close()
})

test('who may not, and what is no message, is refused before a tool is asked', async () => {
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
  const bearer = { authorization: `Bearer ${tokens.read}` }
  const origin = 'http://gauge.example'
  const terms = { metrics: ['cpu.usage'], origins: [origin], rate: 100 }
  const published = { authorization: `Bearer ${(await whole.publishToken('acme', terms)).token}` }
  const table: [headers: Record<string, string>, body: unknown, status: number, code: string | null][] = [
    [{}, message, 401, 'UNAUTHENTICATED'],
    [{ cookie: 'streamgauge_session=x' }, message, 401, 'UNAUTHENTICATED'],
    [{ authorization: 'Bearer sg_nonsense' }, message, 401, 'UNAUTHENTICATED'],
    [{ authorization: `Bearer ${tokens.ingest}` }, message, 403, 'FORBIDDEN'],
    [published, message, 403, 'FORBIDDEN'],
    [{ ...published, origin }, message, 403, 'FORBIDDEN'],
    [{ ...bearer, origin: 'http://evil.example' }, message, 403, 'ORIGIN_FORBIDDEN'],
    [{ ...bearer, origin: new URL(whole.url).origin }, message, 403, 'ORIGIN_FORBIDDEN'],
    [{ ...bearer, origin }, message, 200, null],
    [bearer, message, 200, null],
    [bearer, [message, message], 422, 'BODY_INVALID'],
    [bearer, { ...message, params: { filler: 'x'.repeat(limits.mcpBodyBytes) } }, 413, 'BODY_TOO_LARGE'],
  ]
  for (const [headers, body, status, code] of table) {
    const response = await fetch(`${whole.url}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body: JSON.stringify(body),
    })
    const answer = (await response.json()) as { code?: string }
    assert.deepEqual([response.status, answer.code ?? null], [status, code])
    assert.equal(
      /^Bearer /.test(response.headers.get('www-authenticate') ?? ''),
      status === 401 || code === 'FORBIDDEN',
    )
  }
  for (const method of ['GET', 'DELETE']) {
    const response = await fetch(`${whole.url}/mcp`, { method, headers: bearer })
    assert.deepEqual([response.status, response.headers.get('allow')], [405, 'POST'])
  }
  assert.equal((await fetch(`${whole.url}/.well-known/oauth-protected-resource/mcp`)).status, 404)
})
