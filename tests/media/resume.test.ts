/** Signalling is cut under people whose media goes by a real worker. */
import { expect, it, onTestFinished } from 'vitest'
import { GONE_AFTER_MS } from '../../server/core/liveness.ts'
import { HeadlessPeer } from '../support/headless/index.ts'
import { dtlsParameters } from '../support/rtp.ts'
import { SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'
import { TcpProxy } from '../support/TcpProxy.ts'
import { until } from '../support/until.ts'

async function startCall() {
  const { url } = await startNode()
  const network = await TcpProxy.start(url)
  const join = async (through: string, name: string) => {
    const peer = await HeadlessPeer.join({ url: through, roomId: 'resume', name, mic: 'talking' })
    onTestFinished(() => peer.leave())
    return peer
  }
  return { url, network, ana: await join(url, 'Ana'), joinThrough: (name: string) => join(network.url, name) }
}

it('goes on with media for as long as there is media, and with the same producers', async () => {
  const { network, ana, joinThrough } = await startCall()
  const ben = await joinThrough('Ben')
  const [atAna, atBen] = [await ana.hear('Ben', 'mic'), await ben.hear('Ana', 'mic')]
  const identity = () => ({ id: ben.state.self?.id, mic: ben.state.self?.published.mic?.producerId })
  const before = identity()
  network.cut()
  const cutAt = performance.now()
  await until(() => ana.client.peers[0]?.connection === 'reconnecting')
  // Longer than anyone stays of whom nothing is heard.
  while (performance.now() - cutAt < GONE_AFTER_MS + 3000) {
    expect(await ana.hear('Ben', 'mic', { packets: 50 })).toBe(atAna)
    expect(await ben.hear('Ana', 'mic', { packets: 50 })).toBe(atBen)
  }
  expect(ana.client.peers).toHaveLength(1)
  network.restore()
  await until(() => ben.state.connection === 'connected')
  await until(() => ana.client.peers[0]?.connection === undefined)
  expect(identity()).toEqual(before)
  expect(await ana.hear('Ben', 'mic', { packets: 50 })).toBe(atAna)
  expect(await ben.hear('Ana', 'mic', { packets: 50 })).toBe(atBen)
})

it('lets go of who has neither', async () => {
  const { network, ana } = await startCall()
  const ben = await SignalingPeer.join(network.url, { room: 'resume', name: 'Ben', dtlsParameters: dtlsParameters() })
  await until(() => ana.client.peers.length === 1)
  network.cut()
  const cutAt = performance.now()
  await until(() => ana.client.peers.length === 0, { deadlineMs: 20_000 })
  console.log(`gone after ${Math.round(performance.now() - cutAt)} ms`)
  expect(ben.all('sessionEnded')).toEqual([])
})
