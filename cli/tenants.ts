import { createTenant, listTenants } from '@streamgauge/adapters/mariadb/tenants.ts'
import { isTenantName } from '@streamgauge/core/names.ts'
import { type Command, count, type Input, UsageError } from './command.ts'
import { pages, withDatabase } from './services.ts'

export const tenantCommands: Readonly<Record<string, Command>> = {
  'tenant create': {
    options: { series: { type: 'string' }, quota: { type: 'string' } },
    run: tenantCreate,
  },
  'tenant list': { run: tenantList },
}

async function tenantCreate({ positionals: [name], values }: Input): Promise<void> {
  if (name === undefined || !isTenantName(name)) {
    throw new UsageError('A tenant name has 1 to 63 lower-case letters, digits and hyphens, no hyphen first.')
  }
  const limits = { seriesLimit: count(values, 'series'), quotaPointsPerSecond: count(values, 'quota') }
  await withDatabase(async (db) => {
    const tenant = await createTenant(db, { name, ...limits }, Date.now())
    if (!tenant) throw new Error(`The tenant ${name} exists already.`)
    console.log(`Tenant ${name} created. Next: streamgauge token create --tenant ${name} --scope ingest`)
  })
}

async function tenantList(): Promise<void> {
  await withDatabase(async (db) => {
    for await (const tenant of pages((after: string) => listTenants(db, { after, limit: 500 }), '', 'name')) {
      console.log(`${tenant.name}\t${new Date(tenant.createdAt).toISOString()}`)
    }
  })
}
