import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { installLine, quote } from './install-line.ts'

test('the line reads the script from the gateway and hands the login over by the environment', () => {
  const line = installLine({
    publicUrl: 'https://metrics.example.com',
    mqtt: { url: 'mqtts://broker.example.com:8883', username: 'acme.web-1', password: 'a-b_c' },
  })
  assert.equal(
    line,
    'curl -fsSL https://metrics.example.com/agent/install.sh | AGENT_URL=mqtts://broker.example.com:8883 ' +
      'AGENT_USERNAME=acme.web-1 AGENT_PASSWORD=a-b_c sh',
  )
})

test('a shell reads a quoted word as it was', () => {
  for (const text of ['plain', '', 'two words', "it's", '$(id)`id`"\\', 'a;b&c|d', '*', 'ä\nb']) {
    const read = execFileSync('sh', ['-c', `printf %s ${quote(text)}`], { encoding: 'utf8' })
    assert.equal(read, text)
  }
})
