import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { WantedProducer } from '../../server/core/subscriptions.ts'
import type { MediaPort, PeerMedia } from '../../server/media/MediaPort.ts'
import type { ConsumerId, NodeId, PeerId, ProducerId } from '../../shared/ids.ts'
import { type LinkedRoom, openLinkedRooms } from './linkedRooms.ts'
import { audioCapabilities, fullCapabilities, opusParameters } from './rtp.ts'
import { until } from './until.ts'

const newPeerId = () => randomUUID() as PeerId
const END = {
  ip: '127.0.0.1',
  port: 9,
  srtpParameters: { cryptoSuite: 'AEAD_AES_256_GCM' as const, keyBase64: Buffer.alloc(44).toString('base64') },
}

/** What nodes promise each other; run on two real ones and on two fake ones. */
export function describeNodePipes(name: string, getNodes: () => readonly [MediaPort, MediaPort]): void {
  const open = async () => {
    const [there, here] = await openLinkedRooms(getNodes())
    if (!there || !here) throw new Error('two nodes')
    const publisher = await there.media.openPeer({ peerId: newPeerId(), rtpCapabilities: fullCapabilities() })
    const viewer = await here.media.openPeer({ peerId: newPeerId(), rtpCapabilities: fullCapabilities() })
    const wanted = await publishMic(there, publisher)
    return { there, here, publisher, viewer, wanted }
  }

  describe(`the promises between nodes, kept by ${name}`, () => {
    it('brings what another node publishes to those who want it here', async () => {
      const { here, viewer, wanted } = await open()
      const { producerId, peerId } = wanted
      const [consumer, ...more] = await viewer.consume([wanted], { resume: 'later' })
      expect(more).toEqual([])
      expect(consumer).toMatchObject({ producerId, peerId, source: 'mic' })
      expect(consumer?.rtpParameters.codecs[0]?.mimeType).toBe('audio/opus')
      expect([...viewer.consumed]).toEqual([producerId])
      expect(await viewer.consume([wanted], { resume: 'later' })).toEqual([])
      const other = await here.media.openPeer({ peerId: newPeerId(), rtpCapabilities: audioCapabilities() })
      expect(await other.consume([wanted], { resume: 'later' })).toHaveLength(1)
      expect(here.asked.map(({ command }) => command)).toEqual(['openPipe', 'sendThrough'])
    })

    it('says so when nobody here wants it any more', async () => {
      const { here, viewer, wanted } = await open()
      const [consumer] = await viewer.consume([wanted], { resume: 'later' })
      expect(viewer.closeConsumers([wanted.producerId])).toEqual([consumer?.id])
      await until(() => here.asked.some(({ command }) => command === 'closePipe'), { what: 'the pipe to be closed' })
      // While nothing came it may have been asked for again.
      expect(new Set(here.asked.map(({ command }) => command))).toEqual(
        new Set(['openPipe', 'sendThrough', 'stopSending', 'closePipe']),
      )
      expect(await viewer.consume([wanted], { resume: 'later' })).toHaveLength(1)
    })

    it('leaves out what is gone there, and goes on with the rest', async () => {
      const { viewer, wanted } = await open()
      const gone = { ...wanted, producerId: randomUUID() as ProducerId }
      const elsewhere = {
        ...wanted,
        producerId: randomUUID() as ProducerId,
        at: { node: 'nobody' as NodeId, worker: 0 },
      }
      const consumers = await viewer.consume([gone, wanted, elsewhere], { resume: 'later' })
      expect(consumers.map(({ producerId }) => producerId)).toEqual([wanted.producerId])
      expect([...viewer.consumed]).toEqual([wanted.producerId])
    })

    it('lets a node have its own pipes only, and opens none twice', async () => {
      const { there, publisher, wanted } = await open()
      const { outlets } = there.media
      const [ana, ben] = ['ana', 'ben'] as [NodeId, NodeId]
      const pipeId = randomUUID()
      const piped = { pipeId, producerId: wanted.producerId }
      await outlets.openPipe(ana, { pipeId, worker: publisher.worker, end: END })
      for (const node of [ana, ben])
        await expect(outlets.openPipe(node, { pipeId, worker: publisher.worker, end: END })).rejects.toMatchObject({
          code: 'conflict',
        })
      await expect(outlets.openPipe(ana, { pipeId: randomUUID(), worker: 99, end: END })).rejects.toMatchObject({
        code: 'notFound',
      })
      await expect(outlets.sendThrough(ben, piped)).rejects.toMatchObject({ code: 'notFound' })
      const unknown = { pipeId, producerId: randomUUID() as ProducerId }
      await expect(outlets.sendThrough(ana, unknown)).rejects.toMatchObject({ code: 'conflict' })
      const sent = await outlets.sendThrough(ana, piped)
      expect(sent.kind).toBe('audio')
      outlets.stopSending(ben, piped)
      outlets.closePipe(ben, { pipeId })
      expect(await outlets.sendThrough(ana, piped)).toEqual(sent)
      outlets.stopSending(ana, piped)
      outlets.stopSending(ana, piped)
      outlets.closePipe(ana, { pipeId })
      outlets.closePipe(ana, { pipeId })
      await expect(outlets.sendThrough(ana, piped)).rejects.toMatchObject({ code: 'notFound' })
    })

    it('ends everything of a node that is gone, and tells whose consumers went with it', async () => {
      const { there, here, viewer, wanted } = await open()
      const [consumer] = await viewer.consume([wanted], { resume: 'later' })
      const lost: ConsumerId[] = []
      here.media.on('consumersLost', (_peerId, consumerIds) => lost.push(...consumerIds))
      there.media.handleNodeGone(here.node)
      here.media.handleNodeGone(there.node)
      await until(() => lost.length > 0, { what: 'the consumer to be lost' })
      expect(lost).toEqual([consumer?.id])
      expect(viewer.consumed.size).toBe(0)
      expect(await viewer.consume([wanted], { resume: 'later' })).toHaveLength(1)
      expect(here.asked.filter(({ command }) => command === 'openPipe')).toHaveLength(2)
    })

    it('opens a pipe anew that the other node has forgotten', async () => {
      const { there, here, publisher, viewer, wanted } = await open()
      await viewer.consume([wanted], { resume: 'later' })
      there.media.handleNodeGone(here.node)
      publisher.closeProducer(wanted.producerId)
      viewer.closeConsumers([wanted.producerId])
      const next = await publishMic(there, publisher)
      expect(await viewer.consume([next], { resume: 'later' })).toHaveLength(1)
    })
  })
}

async function publishMic({ node }: LinkedRoom, publisher: PeerMedia): Promise<WantedProducer> {
  const producerId = await publisher.produce({
    transportId: publisher.sendTransport.id,
    source: 'mic',
    rtpParameters: opusParameters(),
    paused: false,
  })
  const at = { node, worker: publisher.worker }
  return { producerId, peerId: newPeerId(), source: 'mic', layers: [], at }
}
