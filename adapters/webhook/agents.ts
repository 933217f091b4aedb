import { lookup } from 'node:dns'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { LookupFunction } from 'node:net'
import { type MayReach, reachable } from './addresses.ts'
import { ForbiddenAddress, refusal, refuseAddress } from './check-url.ts'

/** The only way that requests to addresses of tenants go out, by protocol. */
export interface WebhookAgents {
  readonly 'http:': HttpAgent
  readonly 'https:': HttpsAgent
}

/**
 * Agents whose connections reach only what they may: the address that is connected to is the one that was checked, so
 * that a name which changes between two look-ups gains nothing. They keep no connection: each is checked anew.
 */
export function webhookAgents(allow: readonly string[]): WebhookAgents {
  const mayReach = reachable(allow)
  const options = { keepAlive: false, lookup: guardedLookup(mayReach) }
  return {
    'http:': guard(new HttpAgent(options), mayReach),
    'https:': guard(new HttpsAgent(options), mayReach),
  }
}

/** An address is connected to without a look-up. */
function guard<A extends HttpAgent>(agent: A, mayReach: MayReach): A {
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (options, callback) => {
    refuseAddress(options.host ?? '', mayReach)
    return connect(options, callback)
  }
  return agent
}

function guardedLookup(mayReach: MayReach): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, found = []) => {
      const addresses = found.filter(({ address }) => mayReach(address))
      if (error) callback(error, '')
      else if (addresses.length === 0) callback(new ForbiddenAddress(refusal(host)), '')
      else if (options.all) callback(null, addresses)
      else callback(null, addresses[0].address, addresses[0].family)
    })
  }
}
