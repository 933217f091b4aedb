import { migrate } from '@streamgauge/adapters/mariadb/migrate.ts'
import { createToken, publishTokenPattern, tokenPattern } from '@streamgauge/adapters/mariadb/tokens.ts'
import { type Command, UsageError } from './command.ts'
import { environment, withDatabase, withLog } from './services.ts'

/** Prepares an installation, once or again: tables, topics, the operator's token. */
export const initCommands: Readonly<Record<string, Command>> = {
  init: { run: init },
}

async function init(): Promise<void> {
  await withDatabase(async (db) => {
    const applied = await migrate(db)
    console.log(
      applied.length > 0 ? `Migrations applied: ${applied.join(', ')}` : 'The schema is up to date.',
    )
    await withLog((log) => log.ensureTopics())
    console.log('The topics are there.')
    const token = environment.OPERATOR_TOKEN
    if (!token) return
    if (!tokenPattern.test(token) || publishTokenPattern.test(token)) {
      throw new UsageError('OPERATOR_TOKEN must be "sg_" and 43 to 128 letters, digits, - or _.')
    }
    const made = await createToken(
      db,
      { token, tenantId: null, label: 'init', scopes: ['operator'], expiresAt: null },
      Date.now(),
    )
    console.log(
      made ? `Operator token ${made.prefix}… is known now.` : 'The operator token is known already.',
    )
  })
}
