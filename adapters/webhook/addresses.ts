import { BlockList, isIP } from 'node:net'

/**
 * Where no webhook goes, from the IANA special-purpose registries: this host, private networks, CGNAT, loopback,
 * link-local (where clouds keep credentials), protocol assignments, documentation, relays, benchmarks, multicast and
 * what is reserved. Of IPv6 only global unicast, 2000::/3, is left, without what leads into IPv4: NAT64 and mapped
 * addresses lie in ::/3, Teredo in 2001::/23, 6to4 is 2002::/16.
 */
const forbiddenIpv4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
const forbiddenIpv6 = ['::/3', '4000::/2', '8000::/1', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

/** Says whether webhooks may go to an address. */
export type MayReach = (address: string) => boolean

/** `allow`: networks that may be reached although they are private, such as `10.1.0.0/16`. */
export function reachable(allow: readonly string[]): MayReach {
  // Kept apart: a list of both would hold IPv4 addresses, as mapped ones, against the networks of IPv6.
  const no = { ipv4: networks(forbiddenIpv4), ipv6: networks(forbiddenIpv6) }
  const yes = networks(allow)
  return (address) => {
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    return yes.check(address, family) || !no[family].check(address, family)
  }
}

/** Throws one sentence about the first that is no network. */
export function networks(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address, prefix] = range.split('/')
    const family = isIP(address)
    const bits = family === 6 ? 128 : 32
    const length = prefix === undefined ? bits : Number(prefix)
    if (family === 0 || !/^\d*$/.test(prefix ?? '') || !(length <= bits))
      throw new Error(`"${range}" is not a network such as 10.1.0.0/16 or fd00::/8`)
    list.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}
