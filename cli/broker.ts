import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { bridgeUrl } from '@streamgauge/adapters/mqtt/address.ts'
import { bootstrap, loginOf } from '@streamgauge/adapters/mqtt/bootstrap.ts'
import { type Command, count, type Input, UsageError } from './command.ts'
import { required } from './services.ts'

/** What the broker needs before its first start: nobody could log in to set it up. */
export const brokerCommands: Readonly<Record<string, Command>> = {
  'broker init': { options: { bridges: { type: 'string' } }, run: brokerInit },
}

async function brokerInit({ positionals: [file], values }: Input): Promise<void> {
  if (file === undefined) throw new UsageError('Name the file of the dynamic-security plugin.')
  const url = required('MQTT_URL', 'mqtt://streamgauge-bridge:password@127.0.0.1:1883')
  const length = count(values, 'bridges') ?? 1
  const bridges = Array.from({ length }, (_, n) => loginOf(bridgeUrl(url, n)))
  const admin = loginOf(required('MQTT_ADMIN_URL', 'mqtt://streamgauge-admin:password@127.0.0.1:1883'))
  const existing = existsSync(file) ? readFileSync(file, 'utf8') : undefined
  const text = bootstrap(existing, { admin, bridges })
  if (text === undefined) {
    console.log(`${file} has these logins.`)
    return
  }
  // Moved into place, so that the broker never reads half of it.
  const draft = `${file}.draft`
  writeFileSync(draft, text, { mode: 0o600 })
  chmodSync(draft, 0o600)
  renameSync(draft, file)
  console.log(`${file} is written; a broker that runs must be started again.`)
}
