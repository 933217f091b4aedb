import { Agent, get } from 'node:http'
import type { Installation, Tenant } from '../installation.ts'
import type { Line } from '../line.ts'
import { ingestRequest, openConnection } from '../load/http.ts'
import { repeat } from '../rounds.ts'
import { quantile } from '../stats.ts'

const hourMs = 3_600_000
const metric = 'history.value'
/** 116 series with a point a second for 24 hours: 10 million rows. */
const plan = { series: 116, hours: 24, rounds: 5, queries: 60 }
const keepAlive = new Agent({ keepAlive: true, maxSockets: 1 })

interface Window {
  readonly agent: number
  readonly from: number
}

/** One hour of one series from a full table: over HTTP, and as the bare SELECT. */
export const history: Line = {
  name: 'history',
  async measure({ installation, say }) {
    const tenant = await installation.tenant('history')
    const end = Math.floor(Date.now() / hourMs) * hourMs
    const ids = await fill(installation, tenant, end, say)
    const rows = plan.series * plan.hours * 3_600
    const start = end - plan.hours * hourMs
    const windows = (): Window[] =>
      Array.from({ length: plan.queries }, () => ({
        agent: Math.floor(Math.random() * plan.series),
        from: start + Math.floor(Math.random() * (plan.hours - 1) * 3_600) * 1000,
      }))
    await asked(installation, tenant, windows())
    await selected(installation, ids, windows())
    const path: number[] = []
    const median: number[] = []
    const alone: number[] = []
    await repeat(plan.rounds, say, async () => {
      const times = await asked(installation, tenant, windows())
      path.push(quantile(times, 0.95))
      median.push(quantile(times, 0.5))
      alone.push(quantile(await selected(installation, ids, windows()), 0.95))
    })
    return [
      {
        id: 'history-1h-p95',
        title: `1 h raw of one series (3,600 points) over ${(rows / 1e6).toFixed(0)} M rows, p95`,
        unit: 'ms',
        rounds: path,
        ceiling: { what: 'the bare SELECT, rows read one by one', rounds: alone },
        budget: { most: 20 },
        note: `p50 ${median.map((ms) => ms.toFixed(1)).join(', ')} ms`,
      },
    ]
  },
}

/** Makes the series through the API and their rows in MariaDB, partition by partition; answers the series' ids. */
async function fill(
  { url, database, settled }: Installation,
  tenant: Tenant,
  end: number,
  say: (text: string) => void,
): Promise<number[]> {
  using connection = await openConnection(url)
  const points = Array.from({ length: plan.series }, (_, k) => ({
    metric_name: metric,
    agent_id: `agent-${k}`,
    value: 0,
  }))
  const status = await connection.send(ingestRequest(tenant.ingest, JSON.stringify(points)))
  if (status !== 202) throw new Error(`the series were answered ${status}`)
  await settled()
  const series = await database.query<{ id: number; agent: string }>(
    'SELECT id, agent_id AS agent FROM series WHERE tenant_id = ?',
    [tenant.id],
  )
  for (let hour = 0; hour < plan.hours; hour++) {
    say(`filling the table, hour ${hour + 1} of ${plan.hours}`)
    await database.execute(
      `INSERT INTO metrics_raw (series_id, ts, position, value)
       SELECT STRAIGHT_JOIN series.id, ? + seq * 1000, seq, ROUND(50 + 20 * SIN(seq / 300 + series.id), 3)
       FROM series FORCE INDEX (PRIMARY) JOIN seq_0_to_3599 WHERE tenant_id = ?`,
      [end - (plan.hours - hour) * hourMs, tenant.id],
    )
  }
  const ids = new Map(series.map(({ agent, id }) => [agent, id]))
  return Array.from({ length: plan.series }, (_, k) => ids.get(`agent-${k}`) ?? 0)
}

async function asked({ url }: Installation, tenant: Tenant, windows: readonly Window[]): Promise<number[]> {
  const times: number[] = []
  for (const { agent, from } of windows) {
    const query = `metric=${metric}&agent=agent-${agent}&from=${from}&to=${from + hourMs}&resolution=raw`
    const start = performance.now()
    const body = await read(`${url}/api/v1/tenants/${tenant.name}/metrics?${query}`, tenant.read)
    times.push(performance.now() - start)
    const { batch } = JSON.parse(body)
    if (batch?.x.length !== 3_600)
      throw new Error(`an hour had ${batch?.x.length} points: ${body.slice(0, 500)}`)
  }
  return times
}

function read(url: string, token: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}` }
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: keepAlive, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => resolve(Buffer.concat(chunks).toString()))
      response.on('error', reject)
    })
    request.on('error', reject)
  })
}

async function selected(
  { database }: Installation,
  ids: readonly number[],
  windows: readonly Window[],
): Promise<number[]> {
  const connection = await database.connection()
  const times: number[] = []
  for (const { agent, from } of windows) {
    const start = performance.now()
    let rows = 0
    await connection.each(
      'SELECT series_id, ts, value FROM metrics_raw WHERE series_id IN (?) AND ts >= ? AND ts < ? ORDER BY series_id, ts, position',
      [ids[agent], from, from + hourMs],
      () => rows++,
    )
    times.push(performance.now() - start)
    if (rows !== 3_600) throw new Error(`the SELECT had ${rows} rows`)
  }
  connection.release()
  return times
}
