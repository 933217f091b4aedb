import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { isElection } from './election.ts'

const require = createRequire(import.meta.url)
const { KafkaJSNumberOfRetriesExceeded } = require('kafkajs/src/errors')
const { createErrorFromCode } = require('kafkajs/src/protocol/error')

const codes = { unknownTopic: 3, leaderNotAvailable: 5, notLeader: 6 }
const givenUp = (cause: Error) => new KafkaJSNumberOfRetriesExceeded(cause, { retryCount: 0, retryTime: 57 })

test('an election is known for one, also when KafkaJS has given up because of it', () => {
  assert.ok(isElection(createErrorFromCode(codes.leaderNotAvailable)))
  assert.ok(isElection(createErrorFromCode(codes.notLeader)))
  assert.ok(isElection(givenUp(createErrorFromCode(codes.leaderNotAvailable))))
  assert.ok(!isElection(givenUp(createErrorFromCode(codes.unknownTopic))))
  assert.ok(!isElection(undefined))
})
