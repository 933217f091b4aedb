import { join } from 'node:path'
import { root } from '../root.ts'
import type { Service } from './service.ts'
import { smtpPing } from './smtp-ping.ts'

const host = '127.0.0.1'
const user = 'streamgauge'

/** A mail server that keeps what arrives and sends nothing on: mails of alerts can be read, and bother nobody. */
export const smtp: Service = {
  name: 'smtp',
  title: 'Mail',
  variable: 'SMTP_URL',
  companions: ['SMTP_FROM', 'SMTP_PAGE'],
  async prepare({ home, state }) {
    const port = await state.port('smtp')
    const pagePort = await state.port('smtpPage')
    const password = state.secret('smtp')
    const folder = home.path('mail')
    return {
      name: 'smtp',
      title: 'Mail',
      url: `smtp://${user}:${password}@${host}:${port}`,
      environment: {
        SMTP_FROM: 'Streamgauge <alerts@streamgauge.localhost>',
        SMTP_PAGE: `http://${host}:${pagePort}`,
      },
      command: process.execPath,
      args: [join(root, 'local', 'mail', 'main.ts'), folder, String(port), String(pagePort), user],
      env: { ...process.env, SMTP_PASSWORD: password },
      graceMs: 5_000,
      ping: (timeoutMs) => smtpPing(host, port, timeoutMs),
      remedy: `If its mails are damaged, move ${folder} away.`,
    }
  },
}
