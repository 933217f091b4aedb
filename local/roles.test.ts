import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rolePrograms } from './roles.ts'

test('no two programs have the same folder for their names in groups', () => {
  const ports = { port: 1, pipelinePort: 2 }
  const programs = rolePrograms({ env: {}, host: '127.0.0.1', ...ports, memberFolder: '/members' })
  const folders = programs.map(({ env }) => env?.KAFKA_MEMBER_FOLDER).filter((one) => one !== undefined)
  assert.deepEqual(folders, ['/members'])
})
