import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { newToken } from './mariadb/tokens.ts'

for (const terminal of [false, true]) {
  test(`no token gets into the log${terminal ? ' of a terminal' : ''}, wherever it stands in what is logged`, () => {
    const [secret, published] = [newToken(), newToken('sgp')]
    const program = `
      import { createLog } from '${import.meta.resolve('./log.ts')}'
      const log = createLog({ name: 'test', level: 'info', terminal: ${terminal} })
      const [secret, published] = process.argv.slice(1)
      const url = '/badge/acme/cpu.svg?token=' + published + '&label=x'
      log.info({ url, headers: { authorization: 'Bearer ' + secret } }, 'asked for ' + url)
      log.error({ err: new Error('did you forget to return reply in ' + url) }, encodeURIComponent('token=' + secret))`
    const text = execFileSync(process.execPath, ['--input-type=module', '-e', program, secret, published], {
      encoding: 'utf8',
    })
    assert.ok(!text.includes(secret) && !text.includes(published), text)
    assert.equal(text.split(`${published.slice(0, 11)}…`).length - 1 >= 3, true, text)
    assert.ok(text.includes(`${secret.slice(0, 11)}…`) && text.includes('label=x'), text)
  })
}
