import { expect } from 'vitest'
import { CallPage, joinedPeers } from '../support/callPage.ts'
import { Host, namespaceTest } from '../support/namespaces.ts'

/** A server and two guests, each on a host of its own. */
async function callBetween(guests: readonly [Host, Host], address: (guest: Host) => string): Promise<CallPage[]> {
  const pages: CallPage[] = []
  for (const [at, guest] of guests.entries()) {
    const name = `Guest ${at}`
    const page = await guest.openPage(
      `http://${address(guest)}:3000/r/reach?name=${encodeURIComponent(name)}&autojoin=1`,
    )
    const call = new CallPage(page, name)
    await call.connected()
    pages.push(call)
  }
  return pages
}

const routes = async (call: CallPage) =>
  (await call.stats()).transports.map(({ protocol, remoteAddress }) => `${protocol} ${remoteAddress}`)

namespaceTest('guests of two networks reach the server, each by its own address', async () => {
  const [server, inside, outside] = [new Host('server'), new Host('inside'), new Host('outside')]
  server.connect(inside)
  server.connect(outside)
  const [first = '', second = ''] = server.addresses
  await server.startServer({ ANNOUNCED_ADDRESSES: server.addresses.join(',') })
  const pages = await callBetween([inside, outside], (guest) => (guest === inside ? first : second))
  const ids = await joinedPeers(pages)
  await Promise.all(pages.map((page, at) => page.seesAndHears([ids[1 - at] ?? ''])))
  expect(await Promise.all(pages.map(routes))).toEqual([
    [`udp ${first}`, `udp ${first}`],
    [`udp ${second}`, `udp ${second}`],
  ])
})

namespaceTest('where UDP is blocked, media goes by TCP to the same port', async () => {
  const [server, free, blocked] = [new Host('server'), new Host('free'), new Host('blocked')]
  server.connect(free)
  server.connect(blocked)
  blocked.run('iptables -A OUTPUT -p udp -j DROP; iptables -A INPUT -p udp -j DROP')
  const [first = '', second = ''] = server.addresses
  await server.startServer({ ANNOUNCED_ADDRESSES: server.addresses.join(',') })
  const pages = await callBetween([free, blocked], (guest) => (guest === free ? first : second))
  const ids = await joinedPeers(pages)
  await Promise.all(pages.map((page, at) => page.seesAndHears([ids[1 - at] ?? ''])))
  const [udp, tcp] = await Promise.all(pages.map(routes))
  expect(udp).toEqual([`udp ${first}`, `udp ${first}`])
  expect(tcp).toEqual([`tcp ${second}`, `tcp ${second}`])
})
