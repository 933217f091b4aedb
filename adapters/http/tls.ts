import { readFileSync, statSync } from 'node:fs'
import type { Server } from 'node:https'
import type { FastifyInstance } from 'fastify'
import type { Logger } from '../log.ts'

/** Files in PEM format; the certificate with its chain. */
export interface TlsFiles {
  readonly certificate: string
  readonly key: string
}

const defaults = { lookEveryMs: 60_000 }

/** What the files hold now; throws one sentence that names the file that can't be read. */
export function readFiles({ certificate, key }: TlsFiles): { cert: Buffer; key: Buffer } {
  return { cert: read('HTTP_TLS_CERT', certificate), key: read('HTTP_TLS_KEY', key) }
}

function read(variable: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new Error(`${variable} must name a file in PEM format that this process may read`, { cause })
  }
}

/**
 * Serves a renewed certificate without a restart: new connections get what the files hold since they were last looked
 * at. A pair that does not fit, half-way through a renewal, is left until the next look.
 */
export function followFiles(
  app: FastifyInstance,
  files: TlsFiles,
  logger: Logger,
  everyMs = defaults.lookEveryMs,
): void {
  const written = () => Object.values(files).map((path) => statSync(path).mtimeMs)
  let known = written().join()
  const timer = setInterval(() => {
    try {
      const now = written().join()
      if (now === known) return
      const server = app.server as unknown as Server
      server.setSecureContext(readFiles(files))
      known = now
      logger.info('serving the renewed certificate')
    } catch (error) {
      logger.warn({ err: error }, 'the renewed certificate cannot be used; serving the one before')
    }
  }, everyMs)
  timer.unref()
  app.addHook('onClose', async () => clearInterval(timer))
}
