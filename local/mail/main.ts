// The mail server of `npm start`: node main.ts <folder> <SMTP port> <page port> <user>; its password is in SMTP_PASSWORD
import { createServer } from 'node:http'
import { SMTPServer } from 'smtp-server'
import { mailPage } from './page.ts'
import { openMailStore } from './store.ts'

const [folder, smtpPort, pagePort, user] = process.argv.slice(2)
const host = '127.0.0.1'
const maxBytes = 1024 * 1024
const shown = 100
const store = openMailStore(folder)

const smtp = new SMTPServer({
  // There is nothing to encrypt between two programs of one machine.
  hideSTARTTLS: true,
  allowInsecureAuth: true,
  size: maxBytes,
  rejectOversized: true,
  onAuth({ username, password: given }, _session, callback) {
    if (username === user && given === process.env.SMTP_PASSWORD) callback(null, { user: username })
    else callback(new Error('wrong user or password'))
  },
  onData(stream, _session, callback) {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      try {
        if (!stream.sizeExceeded) store.add(Buffer.concat(chunks))
        callback()
      } catch (error) {
        callback(error as Error)
      }
    })
  },
})

const page = createServer(async (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  // Names other than these lead here only by a trick of some page in the browser.
  const known = [`${host}:${pagePort}`, `localhost:${pagePort}`].includes(request.headers.host ?? '')
  const asked = known && request.method === 'GET' ? pathname : ''
  try {
    if (asked === '/') {
      const policy = "default-src 'none'; style-src 'unsafe-inline'"
      response.setHeader('content-security-policy', policy)
      response.setHeader('content-type', 'text/html; charset=utf-8').end(mailPage(await store.list(shown)))
    } else if (asked === '/messages') {
      const items = await store.list(shown)
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ items }))
    } else response.writeHead(404).end()
  } catch (error) {
    response.writeHead(500).end(String(error))
  }
})

smtp.on('error', (error) => console.error(error.message))
smtp.listen(Number(smtpPort), host)
page.listen(Number(pagePort), host)
process.on('SIGTERM', () => process.exit(0))
