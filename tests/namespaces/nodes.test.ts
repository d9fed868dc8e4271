/** One room over several nodes: processes on hosts of their own, with a real Redis between them. */
import { expect, onTestFinished } from 'vitest'
import type { Source } from '../../shared/media.ts'
import { HeadlessPeer, type HeadlessPeerOptions } from '../support/headless/index.ts'
import { NodeHosts } from '../support/NodeHosts.ts'
import { namespaceTest } from '../support/namespaces.ts'
import { SignalingPeer } from '../support/SignalingPeer.ts'
import { until } from '../support/until.ts'

const ROOM = 'nodes'

async function startNodes(...names: string[]) {
  const net = await NodeHosts.start()
  for (const name of names) net.addHost(name)
  const servers = await Promise.all(names.map((name) => net.startNode(name)))
  // Nobody is sent to a node that the others do not know yet.
  await net.untilKnown(names)
  return { net, servers }
}

/** Somebody whom placement sends to the node. */
async function join(net: NodeHosts, node: string, name: string, options: Partial<HeadlessPeerOptions> = {}) {
  const peer = await HeadlessPeer.join({ url: net.urlOf(node), roomId: ROOM, name, region: node, ...options })
  onTestFinished(() => peer.leave())
  return peer
}

/** Says that one looks at people's cameras, at a height. */
function look(viewer: HeadlessPeer, names: readonly string[], height: number): void {
  const shown = viewer.client.peers.filter(({ name }) => names.includes(name))
  viewer.client.setViewport(
    shown.map(({ id }) => ({ peerId: id, source: 'cam', width: Math.round((height * 16) / 9), height })),
  )
}

/** The longest that nothing came of these tracks while something else went on, milliseconds. */
async function longestGaps(tracks: readonly [HeadlessPeer, string, Source][], during: () => Promise<unknown>) {
  const counts = () => tracks.map(([viewer, name, source]) => viewer.track(name, source)?.packetsReceived ?? 0)
  let [before, gaps] = [counts(), tracks.map(() => 0)]
  const at = tracks.map(() => performance.now())
  const timer = setInterval(() => {
    const now = counts()
    for (const [index, count] of now.entries()) {
      if (count !== before[index]) at[index] = performance.now()
      gaps[index] = Math.max(gaps[index] ?? 0, performance.now() - (at[index] ?? 0))
    }
    before = now
  }, 50)
  try {
    await during()
    gaps = gaps.map(Math.round)
    return gaps
  } finally {
    clearInterval(timer)
  }
}

namespaceTest(
  'what is published on one node is watched on the others: once over each line, in the wanted layer',
  async () => {
    const { net } = await startNodes('a', 'b', 'c')
    const ana = await join(net, 'a', 'Ana', { mic: 'talking', cam: true })
    const viewers = [await join(net, 'b', 'Ben'), await join(net, 'c', 'Cleo')]
    for (const viewer of viewers) {
      look(viewer, ['Ana'], 720)
      await viewer.hear('Ana', 'mic')
      await viewer.hear('Ana', 'cam')
      // A key frame was asked for across; each layer is reached across.
      for (const [height, size] of [
        [720, 720],
        [150, 180],
        [720, 720],
      ] as const) {
        look(viewer, ['Ana'], height)
        await until(() => viewer.track('Ana', 'cam')?.getSettings().height === size, {
          what: () => `${viewer.name} to get ${size} lines, not ${viewer.track('Ana', 'cam')?.getSettings().height}`,
        })
      }
    }
    const alone = await net.rate('a', 'b')
    const crowd = await Promise.all(Array.from({ length: 5 }, (_, at) => join(net, 'b', `Viewer ${at}`)))
    for (const viewer of crowd) {
      look(viewer, ['Ana'], 720)
      await viewer.hear('Ana', 'cam')
      await viewer.hear('Ana', 'mic')
    }
    const together = await net.rate('a', 'b')
    console.log(`from a to b: ${Math.round(alone)} kbit/s for one viewer, ${Math.round(together)} for six`)
    expect(together / alone).toBeLessThan(1.3)
    expect(ana.client.peers.length).toBe(7)
  },
)

namespaceTest(
  'when a node dies, its people are back within ten seconds, and nobody else misses the others',
  async () => {
    const { net, servers } = await startNodes('a', 'b', 'c')
    const ana = await join(net, 'a', 'Ana', { mic: 'talking', cam: true })
    const ada = await join(net, 'a', 'Ada', { mic: 'talking' })
    const ben = await join(net, 'b', 'Ben', { mic: 'talking', cam: true })
    const cleo = await join(net, 'c', 'Cleo', { mic: 'talking' })
    const ids = [ana, ada].map(({ state }) => state.self?.id)
    for (const peer of [ana, ada, ben, cleo])
      for (const other of [ana, ada, ben, cleo]) if (other !== peer) await peer.hear(other.name, 'mic')
    const gaps = await longestGaps(
      [
        [ben, 'Cleo', 'mic'],
        [cleo, 'Ben', 'mic'],
      ],
      async () => {
        servers[0]?.signal('SIGKILL')
        const killedAt = performance.now()
        for (const peer of [ana, ada])
          await until(() => peer.state.connection !== 'connected', { what: `${peer.name} to notice` })
        await Promise.all([
          ana.hear('Ben', 'mic'),
          ada.hear('Cleo', 'mic'),
          ben.hear('Ana', 'mic'),
          cleo.hear('Ada', 'mic'),
        ])
        const tookMs = Math.round(performance.now() - killedAt)
        console.log(`everyone of the dead node is heard again after ${tookMs} ms`)
        expect(tookMs).toBeLessThan(10_000)
      },
    )
    console.log(`longest silence of the others: ${gaps.join(' and ')} ms`)
    expect(Math.max(...gaps)).toBeLessThan(1000)
    expect([ana, ada].map(({ state }) => state.self?.id)).toEqual(ids)
    for (const peer of [ana, ada, ben, cleo]) await until(() => peer.client.peers.length === 3, { what: 'no ghosts' })
  },
)

namespaceTest('while Redis is away, calls go on: stopped, hanging or wiped', async () => {
  const { net } = await startNodes('a', 'b')
  const ana = await join(net, 'a', 'Ana', { mic: 'talking' })
  const ben = await join(net, 'b', 'Ben', { mic: 'talking' })
  await Promise.all([ana.hear('Ben', 'mic'), ben.hear('Ana', 'mic')])
  const faults: Record<string, [begin: () => unknown, ms: number, end: () => unknown]> = {
    stopped: [() => net.redis.stop(), 30_000, () => net.redis.start()],
    hanging: [() => net.redis.pause(), 10_000, () => net.redis.resume()],
    wiped: [() => net.redis.wipe(), 0, () => {}],
  }
  let came = 0
  for (const [fault, [begin, ms, end]] of Object.entries(faults)) {
    const gaps = await longestGaps(
      [
        [ana, 'Ben', 'mic'],
        [ben, 'Ana', 'mic'],
      ],
      async () => {
        await begin()
        const endsAt = performance.now() + ms
        // On one's own node all goes on.
        const dan = await join(net, 'a', `Dan ${++came}`, { mic: 'talking' })
        await dan.hear('Ana', 'mic')
        await ana.hear(dan.name, 'mic')
        await ana.client.setPaused('mic', true)
        await until(() => dan.client.peers.find(({ name }) => name === 'Ana')?.published.mic?.paused === true, {
          what: 'Ana to be seen as muted',
        })
        await ana.client.setPaused('mic', false)
        await dan.client.sendChat(`during ${fault}`)
        await until(() => ana.client.state.chat.some(({ text }) => text === `during ${fault}`), { what: 'the message' })
        await until(() => performance.now() > endsAt, { what: 'the time to pass', deadlineMs: 40_000 })
        await end()
        // What was missed on the other node is made good.
        await until(() => ben.client.peers.some(({ name }) => name === dan.name), { what: `Ben to see ${dan.name}` })
        await ben.hear(dan.name, 'mic')
        await until(() => ben.client.state.chat.some(({ text }) => text === `during ${fault}`), {
          what: `Ben to read what was said while Redis was ${fault}`,
        })
        // And somebody new is let in everywhere.
        const eva = await join(net, 'b', `Eva ${came}`)
        expect(eva.client.state.chat.map(({ text }) => text)).toContain(`during ${fault}`)
      },
    )
    console.log(`Redis ${fault}: longest silence ${gaps.join(' and ')} ms`)
    // Ana is silent by herself for a moment.
    expect(gaps[0]).toBeLessThan(1000)
  }
})

namespaceTest('an invite that was used on one node is refused on the others', async () => {
  const { net } = await startNodes('a', 'b')
  const ana = await SignalingPeer.join(net.urlOf('a'), { room: ROOM, name: 'Ana', credentials: { region: 'a' } })
  const { invite } = await ana.request('createInvite', { role: 'speaker' })
  const enter = (node: string, name: string) =>
    SignalingPeer.join(net.urlOf(node), { room: ROOM, name, credentials: { invite, region: node } })
  await enter('a', 'Ben')
  for (const node of ['a', 'b']) await expect(enter(node, 'Eve')).rejects.toMatchObject({ code: 'unauthorized' })
})

namespaceTest('two nodes that do not reach each other find back together', async () => {
  const { net } = await startNodes('a', 'b')
  const ana = await join(net, 'a', 'Ana', { mic: 'talking' })
  const ben = await join(net, 'b', 'Ben', { mic: 'talking' })
  await Promise.all([ana.hear('Ben', 'mic'), ben.hear('Ana', 'mic')])
  net
    .host('a')
    .run(`iptables -A INPUT -s ${net.addressOf('b')} -j DROP; iptables -A OUTPUT -d ${net.addressOf('b')} -j DROP`)
  const cleo = await join(net, 'b', 'Cleo', { mic: 'talking' })
  await until(() => ana.client.peers.some(({ name }) => name === 'Cleo'), { what: 'Ana to see Cleo' })
  net.host('a').run('iptables -F')
  await Promise.all([ana.hear('Ben', 'mic'), ana.hear('Cleo', 'mic'), cleo.hear('Ana', 'mic')])
})
