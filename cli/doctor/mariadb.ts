import { statfs } from 'node:fs/promises'
import { schemaState } from '@streamgauge/adapters/mariadb/migrate.ts'
import { createPartitionsCheck } from '@streamgauge/adapters/mariadb/partitions-check.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import type { Retentions } from '@streamgauge/core/partitions.ts'
import { type Found, reasonOf } from './faults.ts'

/** From here on it is said, ms; points may be ten minutes ahead, alerts and presence notice seconds. */
export const skewMs = 5_000
const leastPacket = 16 * 1024 * 1024
const leastFree = 0.1
const accessErrors = ['ER_ACCESS_DENIED_ERROR', 'ER_DBACCESS_DENIED_ERROR', 'ER_BAD_DB_ERROR']

interface Settings {
  readonly now: string
  readonly readOnly: number
  readonly localInfile: number
  readonly packet: number
  readonly flush: number
  readonly folder: string
}

/** Looks at the store; `reached` is false when nothing more can be asked of it. */
export async function checkMariadb(
  db: Database,
  keep: Retentions,
): Promise<{ reached: boolean; found: Found[] }> {
  const sentAt = Date.now()
  const settings = await db
    .query<Settings>(
      `SELECT UNIX_TIMESTAMP(NOW(3)) * 1000 AS now, @@GLOBAL.read_only AS readOnly,
         @@GLOBAL.local_infile AS localInfile, @@GLOBAL.max_allowed_packet AS packet,
         @@GLOBAL.innodb_flush_log_at_trx_commit AS flush, @@GLOBAL.datadir AS folder`,
    )
    .then(([row]) => row)
    .catch((error: Error & { code?: string }): Found => {
      const refused = accessErrors.includes(error.code ?? '')
      return { code: refused ? 'MARIADB_REFUSES' : 'MARIADB_UNREACHABLE', detail: reasonOf(error) }
    })
  if ('code' in settings) return { reached: false, found: [settings] }
  const found = [...settingsFaults(settings, sentAt), ...(await diskFaults(settings.folder, leastFree))]
  const { missing, unknown } = await schemaState(db)
  if (missing.length > 0) found.push({ code: 'SCHEMA_MISSING', detail: `not applied: ${missing.join(', ')}` })
  if (unknown.length > 0)
    found.push({ code: 'SCHEMA_NEWER', detail: `not of this version: ${unknown.join(', ')}` })
  if (missing.length > 0) return { reached: false, found }
  const behind = await createPartitionsCheck((work) => work(db), keep)()
  return { reached: true, found: [...found, ...behind.map((detail) => one('PARTITIONS_BEHIND', detail))] }
}

function settingsFaults(settings: Settings, sentAt: number): Found[] {
  const { now, readOnly, localInfile, packet, flush } = settings
  const found: Found[] = []
  const skew = skewFault('MariaDB', Number(now), sentAt)
  if (skew) found.push(skew)
  if (readOnly) found.push(one('MARIADB_READ_ONLY', 'the server is read_only'))
  if (!localInfile) found.push(one('LOCAL_INFILE_OFF', 'local_infile is off'))
  if (packet < leastPacket) found.push(one('PACKET_TOO_SMALL', `max_allowed_packet is ${packet} bytes`))
  if (flush !== 1) found.push(one('COMMITS_NOT_FLUSHED', `innodb_flush_log_at_trx_commit is ${flush}`))
  return found
}

/** `there` is the clock of a server, asked at `sentAt` and answered now; epoch ms. */
export function skewFault(server: string, there: number, sentAt: number): Found | undefined {
  const ahead =
    there < sentAt - skewMs ? there - sentAt : there > Date.now() + skewMs ? there - Date.now() : 0
  if (ahead === 0) return undefined
  const seconds = Math.round(Math.abs(ahead) / 1_000)
  return one(
    'CLOCK_SKEW',
    `the clock of ${server} is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} that here`,
  )
}

/** The disk below `folder`; nothing where the folder is on another machine. */
export async function diskFaults(folder: string, least: number): Promise<Found[]> {
  const disk = await statfs(folder).catch(() => undefined)
  if (!disk || disk.bavail >= least * disk.blocks) return []
  const free = Math.floor((100 * disk.bavail) / disk.blocks)
  return [one('DISK_NEARLY_FULL', `${free} % of the disk of ${folder} is free`)]
}

function one(code: Found['code'], detail: string): Found {
  return { code, detail }
}
