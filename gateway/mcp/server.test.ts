import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from './caller.ts'
import { answerMessage } from './server.ts'

const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'list_tenants' } }

/** What a tool is answered whose question to the API ends like this, and what is noted. */
async function answerTo(error: Error) {
  const noted: object[] = []
  const caller: Caller = {
    principal: { tokenId: 1, tenantId: 1, tenant: 'acme', scopes: ['read'], publish: null },
    tenant: () => 'acme',
    ask: () => Promise.reject(error),
  }
  const headers = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }
  const request = new Request('http://streamgauge/mcp', { method: 'POST', headers })
  const answer = await answerMessage(request, message, {
    caller,
    docs: [],
    version: '1',
    id: 'request-7',
    log: { error: (about) => noted.push(about) },
  })
  const { result } = (await answer.json()) as { result: { isError: boolean; content: [{ text: string }] } }
  return { isError: result.isError, told: JSON.parse(result.content[0].text), noted }
}

test('a mistake of our own is noted under the id of the request, and told by that id alone', async () => {
  const error = new Error("Table 'streamgauge.tenants' has no column password")
  const { isError, told, noted } = await answerTo(error)
  assert.equal(isError, true)
  assert.deepEqual([told.code, told.instance], ['INTERNAL', 'request-7'])
  assert.doesNotMatch(JSON.stringify(told), /Table|password/)
  assert.deepEqual(noted, [{ err: error, instance: 'request-7', tool: 'list_tenants' }])
})
