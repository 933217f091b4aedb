import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Api } from './api.ts'
import { installDebianPackage } from './debian.ts'
import type { Tenant } from './tenant.ts'

const run = promisify(execFile)

/** What enrolment answers. */
export interface Login {
  readonly agent_id: string
  readonly mqtt: { readonly url: string; readonly username: string; readonly password: string }
}

/** What became of a message: `refused` is what the broker said. */
export interface Published {
  readonly refused: string | undefined
}

export function enrol(api: Api, { name, tokens }: Tenant, agent_id: string): Promise<Login> {
  const options = { token: tokens.manage, body: { agent_id } }
  return api.expect<Login>(201, 'POST', `/api/v1/tenants/${name}/agents`, options)
}

/** Publishes with the tool that everybody has, as MQTT 5: only then does the broker say that it refuses. */
export async function publish({ mqtt }: Login, topic: string, payload: object): Promise<Published> {
  const { hostname, port } = new URL(mqtt.url)
  const login = ['-i', mqtt.username, '-u', mqtt.username, '-P', mqtt.password]
  const message = ['-q', '1', '-t', topic, '-m', JSON.stringify(payload)]
  return said(() =>
    run('mosquitto_pub', ['-V', '5', '-h', hostname, '-p', port || '1883', ...login, ...message]),
  )
}

/** Runs a line that people were told to copy. */
export async function runLine(line: string): Promise<Published> {
  await ensureTool()
  return said(() => run('sh', ['-c', line]))
}

/** mosquitto_pub, installed where it is missing. */
export async function ensureTool(): Promise<void> {
  try {
    await run('sh', ['-c', 'command -v mosquitto_pub'])
  } catch {
    await installDebianPackage('mosquitto-clients')
  }
}

async function said(publishing: () => Promise<{ stderr: string }>): Promise<Published> {
  try {
    const { stderr } = await publishing()
    return { refused: stderr.trim() || undefined }
  } catch (error) {
    return { refused: String((error as { stderr?: string }).stderr ?? error).trim() }
  }
}
