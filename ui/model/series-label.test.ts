import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seriesLabels, seriesText } from './series-label.ts'

test('series are named by what tells them apart', () => {
  assert.deepEqual(
    seriesLabels([
      ['cpu', 'web-1', { region: 'eu' }],
      ['cpu', 'web-2', { region: 'eu' }],
    ]),
    ['web-1', 'web-2'],
  )
  assert.deepEqual(
    seriesLabels([
      ['disk', 'web-1', { mount: '/', fs: 'ext4' }],
      ['disk', 'web-1', { mount: '/home', fs: 'ext4' }],
    ]),
    ['mount=/', 'mount=/home'],
  )
})

test('a series alone is named by its agent, else its tags, else its metric', () => {
  assert.deepEqual(seriesLabels([['cpu', 'web-1', { a: 'b' }]]), ['web-1'])
  assert.deepEqual(seriesLabels([['cpu', null, { a: 'b' }]]), ['a=b'])
  assert.deepEqual(seriesLabels([['cpu', null, {}]]), ['cpu'])
})

test('the full name leaves nothing out', () => {
  assert.equal(seriesText(['cpu', 'web-1', { region: 'eu' }]), 'cpu · web-1 · region=eu')
})
