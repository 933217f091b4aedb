import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openHome } from './home.ts'
import { chooseHttpPort, refuseBusyPort } from './http-port.ts'
import { freePort } from './ports.ts'
import { openState } from './state.ts'

const host = '127.0.0.1'

function states() {
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-ports-'))
  return {
    open: (name: string) => openState(openHome(join(dir, name))),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true }),
  }
}

test('two checkouts that choose at the same time choose different ports, and keep them', async () => {
  using at = states()
  const [a, b] = [at.open('a'), at.open('b')]
  const first = await chooseHttpPort(a, host, undefined)
  const second = await chooseHttpPort(b, host, undefined)
  assert.notEqual(first.port, second.port)
  first.release()
  second.release()
  const again = await chooseHttpPort(b, host, undefined)
  assert.equal(again.port, second.port)
  again.release()
})

test('the port asked for is the port taken, or refused', async () => {
  using at = states()
  const port = await freePort()
  assert.equal((await chooseHttpPort(at.open('a'), host, String(port))).port, port)
  const busy = createServer().listen(port, host)
  await once(busy, 'listening')
  await assert.rejects(
    refuseBusyPort(host, String(port)),
    /^LaunchError: Port \d+ of HTTP_PORT can't be used/,
  )
  busy.close()
  await assert.rejects(refuseBusyPort(host, 'eighty'), /Port eighty of HTTP_PORT/)
})
