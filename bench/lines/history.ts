import { Agent, get } from 'node:http'
import type { Installation, Tenant } from '../installation.ts'
import type { Line, Row } from '../line.ts'
import { ingestRequest, openConnection } from '../load/http.ts'
import { repeat } from '../rounds.ts'
import { quantile } from '../stats.ts'

const secondMs = 1_000
const minuteMs = 60_000
const hourMs = 3_600_000
const metric = 'history.value'
const plan = { series: 1_000, rounds: 5, queries: 40 }

/** A table to read from: so many rows of every series, one every `stepMs`, and how many of them a query asks for. */
interface Kind {
  readonly resolution: 'raw' | '1m' | '5m'
  readonly table: string
  readonly columns: string
  readonly values: string
  readonly stepMs: number
  readonly rows: number
  readonly asked: number
  readonly title: string
}

/** What a window of so many points holds: as good as any other numbers. */
const window = (points: number) =>
  `${points}, ${points} * 50 + seq, 50 - seq % 7, 50 + seq % 9, 49, start, 51, start + ${points - 1} * 1000`
const windowColumns = 'count, sum, min, max, first, first_ts, last, last_ts'

/** Ten million points, a point a second of each series; a day of minutes; a week of five minutes. */
const kinds: readonly Kind[] = [
  {
    resolution: 'raw',
    table: 'metrics_raw',
    columns: 'position, value',
    values: 'seq, ROUND(50 + 20 * SIN(seq / 300 + id), 3)',
    stepMs: secondMs,
    rows: 10_000,
    asked: 3_600,
    title: '1 h raw of one series (3,600 points)',
  },
  {
    resolution: '1m',
    table: 'metrics_1m',
    columns: windowColumns,
    values: window(60),
    stepMs: minuteMs,
    rows: 24 * 60,
    asked: 24 * 60,
    title: '24 h of one series in minutes (1,440 windows)',
  },
  {
    resolution: '5m',
    table: 'metrics_5m',
    columns: windowColumns,
    values: window(300),
    stepMs: 5 * minuteMs,
    rows: 7 * 24 * 12,
    asked: 7 * 24 * 12,
    title: '7 d of one series in five minutes (2,016 windows)',
  },
]
const keepAlive = new Agent({ keepAlive: true, maxSockets: 1 })

interface Question {
  readonly agent: number
  /** Epoch ms. */
  readonly from: number
}

/** A stretch of one series from full tables: over HTTP, and as the bare SELECT; and what a row takes on the disk. */
export const history: Line = {
  name: 'history',
  async measure({ installation, say }) {
    const tenant = await installation.tenant('history')
    // whole steps of every kind, so that a question has the same number of rows wherever it begins
    const end = Math.floor(Date.now() / hourMs) * hourMs
    const ids = await makeSeries(installation, tenant)
    const rows: Row[] = []
    const stored: string[] = []
    for (const kind of kinds) {
      await fill(installation, tenant, kind, end, say)
      stored.push(`${kind.resolution} ${await bytesPerRow(installation, kind)} bytes a row`)
    }
    for (const kind of kinds) rows.push(await measureKind(installation, tenant, ids, kind, end, say))
    return rows.map((row, i) =>
      i === 0 ? { ...row, note: `${row.note}; on the disk ${stored.join(', ')}` } : row,
    )
  },
}

async function measureKind(
  installation: Installation,
  tenant: Tenant,
  ids: readonly number[],
  kind: Kind,
  end: number,
  say: (text: string) => void,
): Promise<Row> {
  const start = end - kind.rows * kind.stepMs
  const questions = (): Question[] =>
    Array.from({ length: plan.queries }, () => ({
      agent: Math.floor(Math.random() * plan.series),
      from: start + Math.floor(Math.random() * (kind.rows - kind.asked + 1)) * kind.stepMs,
    }))
  await ask(installation, tenant, kind, questions())
  await select(installation, ids, kind, questions())
  const path: number[] = []
  const median: number[] = []
  const alone: number[] = []
  await repeat(plan.rounds, say, async () => {
    const times = await ask(installation, tenant, kind, questions())
    path.push(quantile(times, 0.95))
    median.push(quantile(times, 0.5))
    alone.push(quantile(await select(installation, ids, kind, questions()), 0.95))
  })
  const full = kind.resolution === 'raw' ? ` over ${((plan.series * kind.rows) / 1e6).toFixed(0)} M rows` : ''
  return {
    id: `history-${kind.resolution}-p95`,
    title: `${kind.title}${full}, p95`,
    unit: 'ms',
    rounds: path,
    ceiling: { what: 'the bare SELECT, rows read one by one', rounds: alone },
    budget: { most: 20 },
    note: `p50 ${median.map((ms) => ms.toFixed(1)).join(', ')} ms`,
  }
}

/** Makes the series through the API; answers their ids. */
async function makeSeries({ url, database, settled }: Installation, tenant: Tenant): Promise<number[]> {
  using connection = await openConnection(url)
  const points = Array.from({ length: plan.series }, (_, k) => ({
    metric_name: metric,
    agent_id: `agent-${k}`,
    value: 0,
    // in sight of no question
    timestamp: Date.now() + minuteMs,
  }))
  const status = await connection.send(ingestRequest(tenant.ingest, JSON.stringify(points)))
  if (status !== 202) throw new Error(`the series were answered ${status}`)
  await settled()
  const series = await database.query<{ id: number; agent: string }>(
    'SELECT id, agent_id AS agent FROM series WHERE tenant_id = ?',
    [tenant.id],
  )
  const ids = new Map(series.map(({ agent, id }) => [agent, id]))
  return points.map(({ agent_id }) => ids.get(agent_id) ?? 0)
}

/** Fills the table of a kind in MariaDB, some rows of every series at a time. */
async function fill(
  { database }: Installation,
  tenant: Tenant,
  { table, columns, values, stepMs, rows, resolution }: Kind,
  end: number,
  say: (text: string) => void,
): Promise<void> {
  const atOnce = 1_000
  for (let first = 0; first < rows; first += atOnce) {
    say(`filling ${resolution}, ${Math.round((100 * first) / rows)} %`)
    const last = Math.min(rows, first + atOnce) - 1
    await database.execute(
      `INSERT INTO ${table} (series_id, ts, ${columns})
       SELECT id, start, ${values} FROM (
         SELECT STRAIGHT_JOIN series.id, seq, ? + seq * ${stepMs} AS start
         FROM series FORCE INDEX (PRIMARY) JOIN seq_${first}_to_${last} WHERE tenant_id = ?
       ) AS rows_to_be`,
      [end - rows * stepMs, tenant.id],
    )
  }
}

/** What a row takes on the disk, in pages filled in the order of the key. */
async function bytesPerRow({ database }: Installation, { table }: Kind): Promise<number> {
  await database.query(`ANALYZE TABLE ${table}`)
  const [{ bytes, held }] = await database.query<{ bytes: string; held: string }>(
    `SELECT SUM(DATA_LENGTH) AS bytes, SUM(TABLE_ROWS) AS held FROM information_schema.PARTITIONS
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND TABLE_ROWS > 10000`,
    [table],
  )
  return Math.round(Number(bytes) / Number(held))
}

async function ask(
  { url }: Installation,
  tenant: Tenant,
  { resolution, stepMs, asked }: Kind,
  questions: readonly Question[],
): Promise<number[]> {
  const times: number[] = []
  for (const { agent, from } of questions) {
    const range = `from=${from}&to=${from + asked * stepMs}&resolution=${resolution}`
    const start = performance.now()
    const body = await read(
      `${url}/api/v1/tenants/${tenant.name}/metrics?metric=${metric}&agent=agent-${agent}&${range}`,
      tenant.read,
    )
    times.push(performance.now() - start)
    const { batch } = JSON.parse(body)
    if (batch?.x.length !== asked)
      throw new Error(`${batch?.x.length} rows instead of ${asked}: ${body.slice(0, 500)}`)
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

async function select(
  { database }: Installation,
  ids: readonly number[],
  { table, resolution, stepMs, asked }: Kind,
  questions: readonly Question[],
): Promise<number[]> {
  const columns = resolution === 'raw' ? 'value' : 'count, sum, min, max, first, last'
  const order = resolution === 'raw' ? 'series_id, ts, position' : 'series_id, ts'
  const connection = await database.connection()
  const times: number[] = []
  for (const { agent, from } of questions) {
    const start = performance.now()
    let rows = 0
    await connection.each(
      `SELECT series_id, ts, ${columns} FROM ${table} WHERE series_id IN (?) AND ts >= ? AND ts < ? ORDER BY ${order}`,
      [ids[agent], from, from + asked * stepMs],
      () => rows++,
    )
    times.push(performance.now() - start)
    if (rows !== asked) throw new Error(`the SELECT had ${rows} rows`)
  }
  connection.release()
  return times
}
