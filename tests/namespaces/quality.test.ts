import { expect } from 'vitest'
import { CallPage, joinedPeers } from '../support/callPage.ts'
import { Host, namespaceTest } from '../support/namespaces.ts'

/** A network that loses a fifth of what one person sends, and nothing else. */
namespaceTest('who loses on the way up reads how much, and the others read whose connection it is', async () => {
  const [server, good, bad] = [new Host('server'), new Host('good'), new Host('bad')]
  server.connect(good)
  server.connect(bad)
  await server.startServer({ ANNOUNCED_ADDRESSES: server.addresses.join(',') })
  const join = async (host: Host, at: number, name: string) => {
    const call = new CallPage(
      await host.openPage(`http://${server.addresses[at]}:3000/r/loss?name=${name}&autojoin=1`),
      name,
    )
    await call.connected()
    return call
  }
  const [ana, ben] = [await join(good, 0, 'Ana'), await join(bad, 1, 'Ben')]
  const [anaId = '', benId = ''] = await joinedPeers([ana, ben])
  await Promise.all([ana.seesAndHears([benId]), ben.seesAndHears([anaId])])

  const rule = `INPUT -s ${bad.addresses[0]} -p udp -m statistic --mode random --probability 0.2 -j DROP`
  server.run(`iptables -A ${rule}`)
  const markOn = (reason: string) => `[data-testid="quality-mark"][data-reason="${reason}"]`
  const marked = async (call: CallPage, reason: string) => {
    const selector = `${call.tile(benId)} ${markOn(reason)}`
    const mark = await call.page.waitForSelector(selector, { timeout: 60_000 })
    return await mark?.evaluate((element) => element.textContent)
  }
  const [own, theirs] = await Promise.all([marked(ben, 'uplinkLoss'), marked(ana, 'theirUplink')])
  expect(own).toMatch(/^Your uplink loses \d+%$/)
  expect(theirs).toBe('Their connection is weak')
  // What Ben receives is not touched by it.
  expect(await ben.page.$(`${ben.tile(anaId)} ${markOn('theirUplink')}`)).toBeNull()

  server.run(`iptables -D ${rule}`)
  await ben.page.waitForSelector(`${ben.tile(benId)} ${markOn('uplinkLoss')}`, { hidden: true, timeout: 60_000 })
})
