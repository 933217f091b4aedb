import type { Config } from '@streamgauge/adapters/config.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { openDynsec } from '@streamgauge/adapters/mqtt/dynsec.ts'
import { createProvision } from '@streamgauge/adapters/mqtt/provision.ts'
import { type Found, reasonOf } from './faults.ts'

/**
 * Looks at the broker with the login of the administrator; that of a bridge is not tried, for that would end the
 * connection of the bridge that runs. `db` is undefined when the store can't be asked which agents there are.
 */
export async function checkBroker(
  { adminUrl, agentKey }: NonNullable<Config['mqtt']>,
  db: Database | undefined,
): Promise<Found[]> {
  if (!adminUrl) return []
  try {
    const { missing, surplus } =
      db && agentKey ? await compare(db, adminUrl, agentKey) : await greet(adminUrl)
    if (missing + surplus === 0) return []
    const detail = `${missing} agents have no login as it must be, ${surplus} logins are of no agent`
    return [{ code: 'BROKER_LOGINS', detail }]
  } catch (error) {
    const detail = reasonOf(error)
    const refused = /not authori[sz]ed|bad user/i.test(detail)
    return [{ code: refused ? 'BROKER_REFUSES' : 'BROKER_UNREACHABLE', detail }]
  }
}

async function compare(database: Database, adminUrl: string, agentKey: string) {
  const provision = createProvision({ database, adminUrl, agentKey })
  try {
    return await provision.compare()
  } finally {
    await provision.close()
  }
}

/** Without the store nobody else is there to be cut off by this connection: they need its lock. */
async function greet(adminUrl: string) {
  await using _ = await openDynsec(adminUrl)
  return { missing: 0, surplus: 0 }
}
