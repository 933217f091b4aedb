// What the image's HEALTHCHECK runs, each time anew and so with nothing but what Node brings: ends with 0 while the
// role in this container is alive.
import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'

const timeoutMs = 2_500
const { HTTP_PORT: port = '8080', HTTP_TLS_CERT } = process.env
const request = HTTP_TLS_CERT ? secureRequest : plainRequest

// Inside the container nobody stands in between, and a certificate is not of this address.
const options = {
  host: '127.0.0.1',
  port,
  path: '/health/live',
  timeout: timeoutMs,
  rejectUnauthorized: false,
}
request(options, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1))
  .end()
