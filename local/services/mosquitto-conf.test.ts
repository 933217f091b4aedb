import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { brokerConfiguration } from './mosquitto-conf.ts'

/** Settings in their order, without comments; who runs it differs. */
const settings = (text: string) =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#') && line !== 'user root')
const data = '/mosquitto/data'
const image = { plugin: '/usr/lib/mosquitto_dynamic_security.so', dir: data, host: '0.0.0.0', port: 1883 }
const file = readFileSync(new URL('../../mosquitto.conf', import.meta.url), 'utf8')

test('the broker of the compose file is configured as that of npm start', () => {
  assert.deepEqual(settings(file), settings(brokerConfiguration(image)))
})

test('the TLS listener that mosquitto.conf shows is the one npm start makes', () => {
  const tls = {
    port: 8883,
    certificate: '/mosquitto/config/fullchain.pem',
    key: '/mosquitto/config/privkey.pem',
  }
  const shown = file.replaceAll(/^#(?=[a-z])/gm, '')
  assert.deepEqual(settings(shown), settings(brokerConfiguration({ ...image, tls })))
})

test('on every listener a client’s id is its username', () => {
  const tls = { port: 8883, certificate: 'c', key: 'k' }
  const listeners = brokerConfiguration({ ...image, tls })
    .split(/^listener /m)
    .slice(1)
  assert.equal(listeners.length, 2)
  for (const listener of listeners) assert.match(listener, /^use_username_as_clientid true$/m)
})
