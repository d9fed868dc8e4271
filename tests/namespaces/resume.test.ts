/** What a call survives, over networks that can be cut: browsers and server on hosts of their own. */
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { CallPage, joinedPeers } from '../support/callPage.ts'
import { Host, namespaceTest } from '../support/namespaces.ts'
import { until } from '../support/until.ts'

/** A server and two people; the second is the one to whom things happen. */
async function startCall() {
  const [server, quiet, mobile] = [new Host('server'), new Host('quiet'), new Host('mobile')]
  server.connect(quiet)
  server.connect(mobile)
  await server.startServer({ ANNOUNCED_ADDRESSES: server.addresses.join(',') })
  const join = async (host: Host, name: string, address = '') => {
    const page = await host.openPage(`http://${address}:3000/r/resume?name=${name}&autojoin=1`)
    const call = new CallPage(page, name)
    await call.connected()
    return call
  }
  const ana = await join(quiet, 'Ana', server.addresses[0])
  const ben = await join(mobile, 'Ben', server.addresses[1])
  const [anaId = '', benId = ''] = await joinedPeers([ana, ben])
  await Promise.all([ana.seesAndHears([benId]), ben.seesAndHears([anaId])])
  return { mobile, ana, ben, anaId, benId, before: { id: benId, producers: await ben.producerIds() } }
}

const identityOf = async (call: CallPage) => ({ id: await call.peerId(), producers: await call.producerIds() })

const awayMark = (ana: CallPage, benId: string) => ana.page.$(`${ana.tile(benId)} [data-testid="away-mark"]`)

/** The longest that no new picture came, milliseconds, in so many seconds. */
async function longestGap(viewer: CallPage, peerId: string, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1000
  let [frames, at, longest] = [await viewer.frames(peerId), performance.now(), 0]
  while (performance.now() < end) {
    await delay(250)
    const now = await viewer.frames(peerId)
    longest = Math.max(longest, performance.now() - at)
    if (now > frames) [frames, at] = [now, performance.now()]
  }
  return Math.round(longest)
}

for (const seconds of [5, 40])
  namespaceTest(`media goes on while signalling is cut for ${seconds} seconds`, async () => {
    const { mobile, ana, ben, anaId, benId, before } = await startCall()
    mobile.run('iptables -A OUTPUT -p tcp -j DROP; iptables -A INPUT -p tcp -j DROP')
    const gaps = await Promise.all([longestGap(ana, benId, seconds), longestGap(ben, anaId, seconds)])
    console.log(`longest time without a new picture: ${gaps.join(' and ')} ms`)
    if (seconds > 15) {
      expect(await awayMark(ana, benId)).not.toBeNull()
      const banner = await ben.page.$eval('[data-testid="connection-banner"]', ({ textContent }) => textContent)
      expect(banner).toContain('Sound and picture go on')
    }
    mobile.run('iptables -F')
    const restoredAt = performance.now()
    await ben.connected()
    console.log(`back after ${Math.round(performance.now() - restoredAt)} ms`)
    await until(async () => (await awayMark(ana, benId)) === null, { deadlineMs: 20_000 })
    expect(await identityOf(ben)).toEqual(before)
    expect(await ana.peerNames()).toEqual(['Ben'])
    await Promise.all([ana.seesAndHears([benId]), ben.seesAndHears([anaId])])
    // A picture that stands for longer would be a new connection's.
    expect(Math.max(...gaps)).toBeLessThan(3000)
  })

/** Packets of somebody's voice, or pictures of their camera, so far. */
async function progress(viewer: CallPage, peerId: string, source: 'mic' | 'cam'): Promise<number> {
  if (source === 'cam') return viewer.frames(peerId)
  const { received } = await viewer.stats()
  return received.find((entry) => entry.peerId === peerId && entry.source === 'mic')?.streams[0]?.packets ?? 0
}

/** Resolves when sound or pictures come in both directions, after they did not. */
async function interruption(
  { ana, ben, anaId, benId }: Awaited<ReturnType<typeof startCall>>,
  source: 'mic' | 'cam' = 'cam',
): Promise<void> {
  const both = () => Promise.all([progress(ana, benId, source), progress(ben, anaId, source)])
  const flows = async () => {
    const [sent, received] = await both()
    await delay(500)
    const now = await both()
    return now[0] > sent && now[1] > received
  }
  await until(async () => !(await flows()), { what: `${source} to stop`, deadlineMs: 20_000 })
  await until(flows, { what: `${source} to come again`, deadlineMs: 40_000 })
}

namespaceTest('a change of address in a call is another path for the same call', async () => {
  const call = await startCall()
  const { mobile, ana, ben, before } = call
  mobile.changeAddress()
  const changedAt = performance.now()
  const backAfter = async (source: 'mic' | 'cam') => {
    await interruption(call, source)
    return Math.round(performance.now() - changedAt)
  }
  const [soundMs, pictureMs] = await Promise.all([backAfter('mic'), backAfter('cam')])
  console.log(`after the change of address: sound again after ${soundMs} ms, pictures after ${pictureMs} ms`)
  // The path is found anew in five seconds; a picture may wait for its key frame.
  expect(soundMs).toBeLessThan(5000)
  expect(pictureMs).toBeLessThan(10_000)
  await ben.connected()
  expect(await identityOf(ben)).toEqual(before)
  expect(await ana.peerNames()).toEqual(['Ben'])
})

namespaceTest('where UDP is blocked in the middle of a call, it goes on by TCP, and the page says so', async () => {
  const call = await startCall()
  const { mobile, ana, ben, before } = call
  mobile.run('iptables -A OUTPUT -p udp -j DROP; iptables -A INPUT -p udp -j DROP')
  const blockedAt = performance.now()
  await interruption(call)
  console.log(`media again ${Math.round(performance.now() - blockedAt)} ms after UDP was blocked`)
  await ben.connected()
  expect((await ben.stats()).transports.map(({ protocol }) => protocol)).toEqual(['tcp', 'tcp'])
  expect(await identityOf(ben)).toEqual(before)
  expect(await ana.peerNames()).toEqual(['Ben'])
  await ben.page.keyboard.press('i')
  await ben.page.waitForSelector('[data-testid="limited-network"]', { timeout: 20_000 })
})

namespaceTest('a browser that is killed is seen to leave', async () => {
  const { ana, ben } = await startCall()
  ben.page.browser().process()?.kill('SIGKILL')
  const killedAt = performance.now()
  await until(async () => (await ana.peerNames()).length === 0, { what: 'Ben to be gone', deadlineMs: 30_000 })
  console.log(`gone ${Math.round(performance.now() - killedAt)} ms after the browser was killed`)
})
