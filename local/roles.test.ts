import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replicaPrograms, replicatedRoles, rolePrograms } from './roles.ts'

test('no two programs have the same folder for their names in groups', () => {
  const ports = { port: 1, pipelinePort: 2 }
  const programs = rolePrograms({ env: {}, host: '127.0.0.1', ...ports, memberFolder: '/members' })
  const folders = programs.map(({ env }) => env?.KAFKA_MEMBER_FOLDER).filter((one) => one !== undefined)
  assert.deepEqual(folders, ['/members'])
})

test('every replica has a port of its own, a pipeline a folder, a bridge a login and the shared subscription', async () => {
  let port = 0
  const env = { MQTT_URL: 'mqtt://bridge:secret@127.0.0.1:1883' }
  const options = { env, each: 2, port: async () => ++port, memberFolder: '/members' }
  const replicas = await replicaPrograms(options)
  assert.deepEqual(
    replicas.map(({ role }) => role),
    replicatedRoles.flatMap((role) => [role, role]),
  )
  const values = (name: string) => replicas.flatMap(({ program }) => program.env?.[name] ?? [])
  assert.equal(new Set(values('HTTP_PORT')).size, replicas.length)
  assert.deepEqual(values('KAFKA_MEMBER_FOLDER'), ['/members-1', '/members-2'])
  assert.deepEqual(values('MQTT_BRIDGES'), ['2', '2'])
  const bridges = replicas.filter(({ role }) => role === 'bridge')
  assert.deepEqual(
    bridges.map(({ program }) => program.env?.MQTT_URL),
    ['mqtt://bridge:secret@127.0.0.1:1883', 'mqtt://bridge-1:secret@127.0.0.1:1883'],
  )
})
