import { setTimeout as sleep } from 'node:timers/promises'
import { openLog } from '@streamgauge/adapters/kafka/log.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'
import { srcHeader, topics } from '@streamgauge/core/topics.ts'
import { startChild } from '../child.ts'
import type { Line, Row } from '../line.ts'
import { type RollupAsk, rollupPrefix } from '../load/rollup.ts'
import { cpuSeconds } from '../proc.ts'
import { repeat } from '../rounds.ts'
import { median } from '../stats.ts'

const seconds = 10
const rounds = 3
const seriesCount = 1_000
const database = 'streamgauge_rollup_bench'

/** Every record has one point of each series. */
const paces = [
  { id: 'rollup', recordsPerSecond: 20, title: 'Rollup at 20,000 points/s, 1,000 series' },
  { id: 'rollup-1hz', recordsPerSecond: 1, title: '— the same at a point a second of each series' },
]

/** CPU seconds of a process that only rolls up, and of MariaDB for it, less what MariaDB takes at rest. */
export const rollup: Line = {
  name: 'rollup',
  async measure({ installation, say }) {
    await installation.database.execute(`CREATE DATABASE ${database} COLLATE utf8mb4_nopad_bin`)
    const databaseUrl = new URL(installation.databaseUrl)
    databaseUrl.pathname = database
    const brokers = installation.kafkaBrokers
    using child = startChild<RollupAsk, number>('load/rollup.ts')
    await child.ask({ type: 'open', brokers, databaseUrl: databaseUrl.href })
    const logger = createLog({ name: 'rollup-bench', level: 'silent', terminal: false })
    const log = await openLog({
      brokers: [...brokers],
      topicPrefix: rollupPrefix,
      clientId: 'source',
      logger,
    })
    const series = Array.from({ length: seriesCount }, (_, k): SeriesName => ['load', `agent-${k}`, {}])
    let src = 0
    let clock = Date.now() - 600_000

    async function send(recordsPerSecond: number, forSeconds: number): Promise<void> {
      const stepMs = 1000 / recordsPerSecond
      const start = performance.now()
      for (let n = 0; n < recordsPerSecond * forSeconds; n++) {
        await sleep(Math.max(0, start + n * stepMs - performance.now()))
        clock += stepMs
        const value = JSON.stringify(record(series, Math.floor(clock)))
        const one = { key: 'bench', partition: 0, headers: { [srcHeader]: String(src++) }, value }
        await log.append(topics.persisted, [one])
      }
    }

    async function measure(recordsPerSecond: number): Promise<{ node: number; mariadb: number }> {
      const before = { node: await child.ask({ type: 'written' }), mariadb: mariadbSeconds() }
      await send(recordsPerSecond, seconds)
      const node = (await child.ask({ type: 'written' })) - before.node
      const mariadb = mariadbSeconds() - before.mariadb - atRest
      const millions = (recordsPerSecond * seconds * seriesCount) / 1e6
      return { node: node / millions, mariadb: mariadb / millions }
    }

    const mariadbSeconds = () => cpuSeconds(installation.pid('mariadb'))
    say('warming up')
    await send(20, 3)
    await child.ask({ type: 'written' })
    const restFrom = mariadbSeconds()
    await sleep(seconds * 1000)
    const atRest = mariadbSeconds() - restFrom
    const rows: Row[] = []
    for (const { id, recordsPerSecond, title } of paces) {
      const measured: { node: number; mariadb: number }[] = []
      await repeat(rounds, say, async () => void measured.push(await measure(recordsPerSecond)))
      const of = (name: 'node' | 'mariadb') => median(measured.map((one) => one[name])).toFixed(2)
      rows.push({
        id,
        title,
        unit: 'CPU s/M points',
        rounds: measured.map(({ node, mariadb }) => node + mariadb),
        note: `Node ${of('node')}, MariaDB ${of('mariadb')}; windows are written once a second whatever comes`,
      })
    }
    await log.close()
    await installation.database.execute(`DROP DATABASE ${database}`)
    return rows
  },
}

function record(series: SeriesName[], t: number): Batch {
  const s = series.map((_, k) => k)
  return {
    v: 1,
    tenant: 'bench',
    received: t,
    series,
    sid: s.map((k) => k + 1),
    s,
    t: s.map(() => t),
    x: s.map((k) => Math.sin(t / 1000 + k)),
  }
}
