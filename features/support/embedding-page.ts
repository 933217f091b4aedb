import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A web page of somebody else: on another origin than Streamgauge, under a policy as strict as can be. */
export interface EmbeddingPage {
  /** As browsers name it. */
  readonly origin: string
  /** What the page shows from now on, as HTML, and how it looks: without rules of its own it has no stylesheet. */
  show(body: string, css?: string): void
  close(): Promise<void>
}

/** Nothing but Streamgauge's module and connections to it: no inline script or style, no image, no font. */
function policy(gauge: string, styled: boolean): string {
  return [
    "default-src 'none'",
    `script-src ${gauge}`,
    `connect-src ${gauge}`,
    ...(styled ? ["style-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** Serves one page on another port and under another name than the stack. */
export async function startEmbeddingPage(gauge: string): Promise<EmbeddingPage> {
  let body = ''
  let css = ''
  const server = createServer(({ url }, response) => {
    if (url === '/page.css') {
      response.writeHead(200, { 'content-type': 'text/css' }).end(css)
      return
    }
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy(gauge, css !== ''),
    })
    response.end(`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>A shop</title>${css && '<link rel="stylesheet" href="/page.css">'}</head>
<body><main><h1>A shop</h1>${body}</main></body>
</html>`)
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://localhost:${port}`,
    show(html, rules = '') {
      body = html
      css = rules
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
