import assert from 'node:assert/strict'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from 'node:tls'
import { poll } from '@streamgauge/bench/poll.ts'
import { makeCertificate } from '@streamgauge/local/certificate.ts'
import { type FastifyInstance, fastify } from 'fastify'
import { createLog } from '../log.ts'
import { closeSilentConnections } from './silent.ts'
import { followFiles, readFiles } from './tls.ts'

/** The fingerprint of the certificate that a new connection meets, and the connection. */
async function meet(port: number) {
  const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  return { socket, print: socket.getPeerCertificate().fingerprint256 }
}

test('a renewed certificate is served without a restart, half of one is not, and silent connections end', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-tls-'))
  const files = await makeCertificate(dir)
  const renewed = await makeCertificate(dir, 'renewed')
  const app = fastify({ https: readFiles(files) }) as unknown as FastifyInstance
  closeSilentConnections(app)
  const refused = Promise.withResolvers<void>()
  const silent = createLog({ name: 'test', level: 'silent', terminal: false })
  followFiles(app, files, Object.assign(silent, { warn: () => refused.resolve() }), 5)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const look = async () => {
    const { socket, print } = await meet(port)
    socket.destroy()
    return print
  }
  const before = await look()
  let at = Date.now() / 1000
  /** As a renewal does; by the clock of the file system two writes may be at the same time. */
  const replace = (from: string, to: string) => {
    copyFileSync(from, to)
    utimesSync(to, ++at, at)
  }
  writeFileSync(files.certificate, 'half of a certificate')
  await refused.promise
  assert.equal(await look(), before)
  replace(renewed.certificate, files.certificate)
  replace(renewed.key, files.key)
  await poll(async () => (await look()) !== before)

  const { socket } = await meet(port)
  const ended = once(socket.resume(), 'close')
  await app.close()
  await ended
  rmSync(dir, { recursive: true })
})

test('a file that is not there is named by its variable', () => {
  assert.throws(
    () => readFiles({ certificate: '/nowhere', key: '/nowhere' }),
    /^Error: HTTP_TLS_CERT must name/,
  )
})
