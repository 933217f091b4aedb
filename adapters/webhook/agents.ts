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

/** A look-up takes one of four threads of the process until a name server answers, and tenants choose that server. */
const lookupsAtOnce = 2

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
  const turns = createTurns(lookupsAtOnce)
  return (host, options, callback) => {
    turns.begin(() =>
      lookup(host, { ...options, all: true }, (error, found = []) => {
        turns.end()
        const addresses = found.filter(({ address }) => mayReach(address))
        if (error) callback(error, '')
        else if (addresses.length === 0) callback(new ForbiddenAddress(refusal(host)), '')
        else if (options.all) callback(null, addresses)
        else callback(null, addresses[0].address, addresses[0].family)
      }),
    )
  }
}

/** Begins what is asked for in its order, so much of it at once. */
function createTurns(atOnce: number) {
  const waiting: (() => void)[] = []
  let running = 0
  const next = () => {
    const work = running < atOnce ? waiting.shift() : undefined
    if (!work) return
    running++
    work()
  }
  return {
    begin(work: () => void) {
      waiting.push(work)
      next()
    },
    end() {
      running--
      next()
    },
  }
}
