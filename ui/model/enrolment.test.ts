import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publishLine } from './enrolment.ts'

const enrolment = (url: string, password: string) => ({
  agent_id: 'web-1',
  mqtt: { url, username: 'acme.web-1', password },
  install: '',
})

test('the line for a first point names broker, login and topic', () => {
  assert.equal(
    publishLine('acme', enrolment('mqtt://broker.example:2883', 's_3cret-')),
    'mosquitto_pub -h broker.example -p 2883 -i acme.web-1 -u acme.web-1 -P s_3cret- -q 1' +
      ` -t metrics/acme/web-1/hello.value -m '{"value": 42}'`,
  )
})

test('over TLS the usual port and the system certificates are used', () => {
  const line = publishLine('acme', enrolment('mqtts://broker.example', 'x'))
  assert.match(line, /-h broker\.example -p 8883 --tls-use-os-certs /)
})

test('a password that a shell would read otherwise is quoted', () => {
  assert.match(publishLine('acme', enrolment('mqtt://b', "a b'c")), / -P 'a b'\\''c' /)
})
