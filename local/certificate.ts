import { join } from 'node:path'
import { acquire } from './install/acquire.ts'
import { runTool } from './install/run.ts'

const openssl = { title: 'OpenSSL', programs: ['openssl'], packages: ['openssl'] }

/** Files in PEM format. */
export interface Certificate {
  readonly certificate: string
  readonly key: string
}

/** Makes a certificate for localhost, its own authority, for two days, and its key, in `dir`: for tests. */
export async function makeCertificate(dir: string, name = 'localhost'): Promise<Certificate> {
  const files = { certificate: join(dir, `${name}.pem`), key: join(dir, `${name}.key`) }
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const program = (await acquire(openssl, () => undefined)) ?? 'openssl'
  await runTool(
    program,
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject],
      ...['-keyout', files.key, '-out', files.certificate],
    ],
    { purpose: 'Making a certificate with openssl' },
  )
  return files
}
