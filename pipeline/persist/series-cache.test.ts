import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeriesCache } from './series-cache.ts'

test('ids belong to their tenant, and a full cache begins anew', () => {
  const cache = new SeriesCache(2)
  cache.add([
    { tenantId: 1, identity: 'cpu', sid: 10 },
    { tenantId: 2, identity: 'cpu', sid: 20 },
  ])
  assert.deepEqual([cache.get(1, 'cpu'), cache.get(2, 'cpu'), cache.get(3, 'cpu')], [10, 20, undefined])
  cache.add([{ tenantId: 1, identity: 'mem', sid: 11 }])
  assert.deepEqual([cache.get(1, 'cpu'), cache.get(1, 'mem')], [undefined, 11])
})
