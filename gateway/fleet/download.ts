import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '@streamgauge/core/fault.ts'
import { quote } from '@streamgauge/core/install-line.ts'
import type { FastifyInstance } from 'fastify'

/** What is served below /agent/, where it lies in the agent's folder, and as what. */
const files = {
  'install.sh': ['install.sh', 'text/x-shellscript; charset=utf-8'],
  'streamgauge-agent.js': ['dist/streamgauge-agent.js', 'text/javascript; charset=utf-8'],
} as const

/** Stands in the script for the address of this server. */
const serverPlaceholder = '@STREAMGAUGE_URL@'

/** The agent and what installs it: no secrets, and so for everybody. */
export function addDownloads(
  app: FastifyInstance,
  { folder, publicUrl }: { folder: string; publicUrl: string },
): void {
  for (const [name, [path, type]] of Object.entries(files)) {
    app.get(`/agent/${name}`, { schema: { hide: true } }, async (_request, reply) => {
      const text = await readFile(join(folder, path), 'utf8').catch((error: unknown) => {
        throw new Fault('NOT_FOUND', `The agent is not built here: ${name} is missing.`, { cause: error })
      })
      return reply
        .type(type)
        .header('cache-control', 'no-cache')
        .send(name === 'install.sh' ? text.replaceAll(serverPlaceholder, quote(publicUrl)) : text)
    })
  }
}
