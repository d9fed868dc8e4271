import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** Whether an address belongs to a proxy that may speak for others. */
export type IsTrustedProxy = (address: string) => boolean
/** Whom a request comes from. */
export type ClientAddressOf = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string

/** @param ranges addresses and CIDR ranges, such as `10.0.0.0/8`; already checked */
export function createIsTrustedProxy(ranges: readonly string[]): IsTrustedProxy {
  const trusted = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) trusted.addAddress(address, family)
    else trusted.addSubnet(address, Number(bits), family)
  }
  return (address) => {
    const plain = withoutMapping(address)
    const family = isIP(plain)
    return family !== 0 && trusted.check(plain, family === 6 ? 'ipv6' : 'ipv4')
  }
}

/**
 * The address at the other end of the connection or, behind trusted proxies, the last one in `X-Forwarded-For` that is
 * not a proxy itself: whatever stands before it the client may have written.
 */
export function createClientAddressOf(isTrustedProxy: IsTrustedProxy): ClientAddressOf {
  return ({ headers, socket }) => {
    const header = headers['x-forwarded-for']
    const hops = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map((hop) => hop.trim())
    let client = socket.remoteAddress ?? ''
    while (isTrustedProxy(client)) {
      const before = hops.pop()
      if (before === undefined || isIP(before) === 0) break
      client = before
    }
    return withoutMapping(client)
  }
}

/** Under what an address is counted: an IPv6 network of 64 bits belongs to one household. */
export function networkOf(address: string): string {
  const plain = withoutMapping(address)
  if (isIP(plain) !== 6) return plain
  const [head = '', tail] = (plain.split('%')[0] ?? '').split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups.length - after.length }, () => '0')
  const first = [...groups, ...zeros, ...after].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${first.join(':')}::/64`
}

/** IPv4 as an IPv6 socket shows it, `::ffff:192.0.2.1`. */
const withoutMapping = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
