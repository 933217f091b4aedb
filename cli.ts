#!/usr/bin/env node
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { agentCommands } from './cli/agents.ts'
import { backupCommands } from './cli/backup.ts'
import { brokerCommands } from './cli/broker.ts'
import { type Command, type Input, UsageError } from './cli/command.ts'
import { initCommands } from './cli/init.ts'
import { logCommands } from './cli/log.ts'
import { mailCommands } from './cli/mail.ts'
import { signInCommands } from './cli/sign-in.ts'
import { tenantCommands } from './cli/tenants.ts'
import { tokenCommands } from './cli/tokens.ts'

const usage = `Usage: streamgauge <command>

  init                                     migrations, topics and the operator token of OPERATOR_TOKEN
  tenant create <name> [--series N] [--quota POINTS_PER_S]
  tenant list
  token create --tenant <name> --scope ingest [--scope read …] [--label TEXT] [--expires 30d|2027-01-31]
  token create --scope operator [--label TEXT]
  token list [--tenant <name>]             without a tenant: operator tokens
  token revoke <id or prefix>
  agent enroll --tenant <name> --agent <id> [--renew]
                                           a login at the broker, and the line that installs the agent
  agent revoke --tenant <name> --agent <id>
                                           ends its login and its connection at once
  agent list --tenant <name>               enrolled agents and what they say of themselves
  broker init <file> [--bridges N]         the logins of MQTT_URL and MQTT_ADMIN_URL, for a broker that is to start;
                                           N more for bridges that share the messages, named after it with -0, -1 …
  sign-in [--tenant <name>]                a new one-time link to the dashboard
  mail [--limit N]                         what arrived at the mail server of npm start, the newest first
  topics                                   records in the log, and how far they are persisted
  dlq list                                 records that could not be persisted
  dlq replay <id …> | --all                send them again, once; --all leaves out what was sent before
  backup                                   writes one of MariaDB to stdout, by mariadb-dump, while points flow
  doctor                                   what is wrong with the services or stops a partition, and what helps
  doctor --partition N                     apply the remedy to it
  doctor --restored                        once after MariaDB was restored from a backup, before the pipelines start

Services are taken from DATABASE_URL, KAFKA_BROKERS, …, else from .streamgauge/local.json of a running "npm start".
`

const commands: Readonly<Record<string, Command>> = {
  ...initCommands,
  ...tenantCommands,
  ...tokenCommands,
  ...agentCommands,
  ...brokerCommands,
  ...signInCommands,
  ...mailCommands,
  ...logCommands,
  ...backupCommands,
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1
  console.error(error instanceof Error ? error.message || String(error) : String(error))
}

async function main(args: string[]): Promise<void> {
  if (args.length === 0 || ['help', '--help', '-h'].includes(args[0])) {
    console.log(usage)
    return
  }
  const words = args.findIndex((arg) => arg.startsWith('-'))
  const spoken = (words < 0 ? args : args.slice(0, words)).slice(0, 2)
  const name = [spoken.join(' '), spoken[0]].find((candidate) => Object.hasOwn(commands, candidate))
  if (name === undefined) throw new UsageError(`There is no command "${spoken.join(' ')}".\n\n${usage}`)
  const rest = args.slice(name.split(' ').length)
  await commands[name].run(parse(rest, commands[name].options ?? {}))
}

function parse(args: string[], options: ParseArgsOptionsConfig): Input {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true }) as Input
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n\n${usage}`)
  }
}
