import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Reader } from './reader.ts'
import { ReplayRing } from './ring.ts'
import { type OpenStream, Streams, streamDefaults } from './streams.ts'
import { Views } from './views.ts'

function setup(limits: Partial<typeof streamDefaults> = {}) {
  const ring = new ReplayRing()
  ring.anchor(0, 5)
  let open = 0
  const streams = new Streams(
    (count) => {
      open = count
    },
    { ...streamDefaults, ...limits },
  )
  function connect(options: { tenant?: string; login?: string; flows?: boolean } = {}) {
    const log: string[] = []
    const tenant = options.tenant ?? 'a'
    const reader = new Reader({
      partition: 0,
      tenant,
      filter: undefined,
      ring,
      views: new Views(),
      sink: {
        write: (frame) => {
          log.push(frame.toString().split('\n')[0])
          return options.flows ?? true
        },
      },
    })
    const login = { key: options.login ?? 'me', stillValid: async () => !revoked.has(options.login ?? 'me') }
    const stream: OpenStream = {
      tenant,
      partition: 0,
      reader,
      login,
      end: (how) => {
        log.push(how)
        streams.remove(stream)
      },
    }
    streams.add(stream)
    reader.open(undefined, 0)
    return log
  }
  const revoked = new Set<string>()
  return { streams, connect, revoked, open: () => open }
}

test('a quiet stream hears the head every 15 s and a busy one nothing extra', () => {
  const { streams, connect } = setup()
  const log = connect()
  streams.tick(13_000)
  assert.deepEqual(log, ['id: 0:5'])
  streams.tick(15_000)
  assert.deepEqual(log, ['id: 0:5', 'id: 0:5'])
  streams.tick(20_000)
  assert.equal(log.length, 2)
  streams.endAll()
})

test('a socket that takes nothing is cut, and counted no more', () => {
  const { streams, connect, open } = setup()
  const log = connect({ flows: false })
  connect()
  assert.equal(open(), 2)
  streams.tick(streamDefaults.stallMs + 1)
  assert.equal(log.at(-1), 'gone')
  assert.equal(open(), 1)
  streams.endAll()
  assert.equal(open(), 0)
})

test('a login that is no longer valid loses its streams and nobody else does', async () => {
  const { streams, connect, revoked, open } = setup()
  const mine = [connect({ login: 'mine' }), connect({ login: 'mine' })]
  const other = connect({ login: 'other' })
  revoked.add('mine')
  streams.tick(0)
  await new Promise(setImmediate)
  assert.deepEqual(
    mine.map((log) => log.at(-1)),
    ['done', 'done'],
  )
  assert.equal(other.at(-1), 'id: 0:5')
  assert.equal(open(), 1)
  streams.endAll()
})

test('a full tenant and a full process are told apart', () => {
  const { streams, connect } = setup({ perTenant: 1, perProcess: 2 })
  assert.equal(streams.full('a'), undefined)
  connect({ tenant: 'a' })
  assert.equal(streams.full('a'), 'perTenant')
  assert.equal(streams.full('b'), undefined)
  connect({ tenant: 'b' })
  assert.equal(streams.full('c'), 'perProcess')
  streams.endAll()
})
