import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { WantedProducer } from '../../server/core/subscriptions.ts'
import type { PeerMedia } from '../../server/media/MediaPort.ts'
import { MOST_PIPES } from '../../server/media/Outlets.ts'
import type { NodePipes } from '../../server/media/RoomRouters.ts'
import type { WorkerPool, WorkerPoolOptions } from '../../server/media/WorkerPool.ts'
import type { NodeId, PeerId, ProducerId, RoomId } from '../../shared/ids.ts'
import { createPool } from '../support/createPool.ts'
import { HeadlessHandler } from '../support/headless/HeadlessHandler.ts'
import { audioTrack, videoTrack } from '../support/headless/TraceTrack.ts'
import { type LinkedRoom, openLinkedRooms } from '../support/linkedRooms.ts'
import { watchPipes } from '../support/openPipes.ts'
import { hears, RoomPeer, type Watched } from '../support/RoomPeer.ts'
import { fullCapabilities, opusParameters } from '../support/rtp.ts'
import { until } from '../support/until.ts'

const NONE: NodePipes = { pipesIn: 0, producersIn: 0, pipesOut: 0, producersOut: 0 }
const LAYERS = videoTrack().trace.header.layers

type Node = { pool: WorkerPool; room: LinkedRoom }

/** A room over two nodes with two workers each, over which its peers are spread in turn: 0, 1, 0, … */
async function openNodes(options: Partial<WorkerPoolOptions> = {}): Promise<{ there: Node; here: Node }> {
  const settings = { consumersPerWorker: 1, ...options }
  const pools = [await createPool(2, settings), await createPool(2, settings)] as const
  const [there, here] = await openLinkedRooms(pools)
  if (!there || !here) throw new Error('two nodes')
  return { there: { pool: pools[0], room: there }, here: { pool: pools[1], room: here } }
}

/** On each worker of a node one, who tells what it loses. */
async function joinBoth({ room }: Node) {
  const peers = [await RoomPeer.join(room), await RoomPeer.join(room)] as const
  expect(peers.map(({ media }) => media.worker)).toEqual([0, 1])
  return peers
}

/** One who publishes and consumes, without media. */
const joinBare = ({ room }: Node) =>
  room.media.openPeer({ peerId: randomUUID() as PeerId, rtpCapabilities: fullCapabilities() })

function lossesOf({ room }: Node): Map<PeerId, string[]> {
  const losses = new Map<PeerId, string[]>()
  room.media.on('consumersLost', (peerId, ids) => losses.set(peerId, [...(losses.get(peerId) ?? []), ...ids]))
  return losses
}

const killWorker = ({ pool }: Node, index: number) =>
  process.kill(pool.workers.find(({ id }) => id === index)?.pid as number, 'SIGKILL')

const showsLayer = ({ track }: Watched, layer: number) =>
  until(() => track.getSettings().height === LAYERS[layer]?.height, {
    what: () => `layer ${layer}, not ${track.getSettings().height} lines`,
  })

const pipesOf = ({ pool }: Node, expected: NodePipes) =>
  until(() => JSON.stringify(pool.nodePipes) === JSON.stringify(expected), {
    what: () => `${JSON.stringify(expected)}, not ${JSON.stringify(pool.nodePipes)}`,
    deadlineMs: 30_000,
  })

describe('a room over two nodes', () => {
  it('carries voice and picture to both workers of the other node in one copy, in any layer', async () => {
    const { there, here } = await openNodes()
    const anna = await RoomPeer.join(there.room)
    const [mic, cam] = [await anna.publish(audioTrack('talking')), await anna.publish(videoTrack())]
    const [ben, carl] = await joinBoth(here)
    const all = await Promise.all([ben, carl].flatMap((viewer) => [viewer.watch(mic.wanted), viewer.watch(cam.wanted)]))
    await Promise.all(all.map((watched) => hears(watched)))
    expect(there.pool.nodePipes).toEqual({ ...NONE, pipesOut: 1, producersOut: 2 })
    expect(here.pool.nodePipes).toEqual({ ...NONE, pipesIn: 1, producersIn: 2 })
    expect(here.pool.pipes).toBe(2)

    const [, bensCam, , carlsCam] = all as [Watched, Watched, Watched, Watched]
    for (const spatialLayer of [2, 0, 1]) {
      await carl.media.setDemand(cam.wanted.producerId, { spatialLayer, temporalLayer: 2, priority: 1 })
      await showsLayer(carlsCam, spatialLayer)
      await until(() => carl.media.layers[0]?.spatialLayer === spatialLayer, { what: () => carl.media.layers })
    }
    await showsLayer(bensCam, 0)
    expect(ben.media.layers).toEqual([{ consumerId: bensCam.id, spatialLayer: 0, wantedLayer: 0 }])
  })

  it('asks the publisher for a key frame across both hops', async () => {
    const { there, here } = await openNodes()
    const anna = await RoomPeer.join(there.room)
    const { producer, wanted } = await anna.publish(videoTrack())
    const [ben, carl] = await joinBoth(here)
    await hears(await ben.watch(wanted))
    const watched = await carl.watch(wanted)
    await until(() => watched.track.keyFramesReceived > 0, { what: 'the first key frame' })
    const requests = async () =>
      [...(await producer.getStats()).values()]
        .filter(({ type }) => type === 'outbound-rtp')
        .reduce((sum, { pliCount, firCount }) => sum + pliCount + firCount, 0)
    const [requestsBefore, framesBefore] = [await requests(), watched.track.keyFramesReceived]
    const { handler } = carl.client.recv
    if (!(handler instanceof HeadlessHandler)) throw new Error('not a headless viewer')
    await until(
      async () => {
        handler.receiver.requestKeyFrame(watched.track.stream)
        return (await requests()) > requestsBefore && watched.track.keyFramesReceived > framesBefore
      },
      { what: 'a key frame that was asked for' },
    )
  })

  it('hears each voice on its own node only', async () => {
    const { there, here } = await openNodes()
    const heard = { there: new Set<PeerId>(), here: new Set<PeerId>() }
    for (const at of ['there', 'here'] as const)
      ({ there, here })[at].room.media.on('voices', (voices) => {
        for (const { peerId } of voices) heard[at].add(peerId)
      })
    const [anna, ben] = [await RoomPeer.join(there.room), await RoomPeer.join(here.room)]
    const { wanted } = await anna.publish(audioTrack('talking'))
    const watched = await ben.watch(wanted)
    await until(() => heard.there.has(anna.id), { what: 'Anna to be heard where she is' })
    await hears(watched, 50)
    await ben.publish(audioTrack('talking'))
    await until(() => heard.here.size > 0, { what: 'Ben to be heard' })
    expect([...heard.here]).toEqual([ben.id])
  })

  it('ends what nobody watches any more after a while, and leaves nothing behind', async () => {
    const { there, here } = await openNodes()
    const anna = await RoomPeer.join(there.room)
    const [mic, cam] = [await anna.publish(audioTrack('talking')), await anna.publish(videoTrack())]
    const [ben, carl] = await joinBoth(here)
    for (const viewer of [ben, carl]) for (const { wanted } of [mic, cam]) await hears(await viewer.watch(wanted), 2)
    ben.media.closeConsumers([mic.wanted.producerId, cam.wanted.producerId])
    carl.media.closeConsumers([cam.wanted.producerId])
    await pipesOf(there, { ...NONE, pipesOut: 1, producersOut: 1 })
    expect(here.pool.nodePipes).toEqual({ ...NONE, pipesIn: 1, producersIn: 1 })
    carl.leave()
    await pipesOf(here, NONE)
    await pipesOf(there, NONE)
    expect(here.pool.pipes).toBe(0)
    await hears(await ben.watch(cam.wanted))
    ben.client.close()
    here.room.media.close()
    expect(here.pool.nodePipes).toEqual(NONE)
    await pipesOf(there, NONE)
  })

  it('goes on with the new producers of a worker there that died and came back', async () => {
    const { there, here } = await openNodes()
    const losses = lossesOf(here)
    const [anna] = await joinBoth(there)
    const { wanted } = await anna.publish(audioTrack('talking'))
    const ben = await RoomPeer.join(here.room)
    const before = await ben.watch(wanted)
    await hears(before)
    const pids = there.pool.workers.map(({ pid }) => pid)
    killWorker(there, 0)
    await until(() => there.pool.workers.length === 2 && there.pool.workers[0]?.pid !== pids[0], {
      what: 'the worker to come back',
    })
    const next = await RoomPeer.join(there.room)
    expect(next.media.worker).toBe(0)
    const { wanted: renewed } = await next.publish(audioTrack('talking'))
    await hears(await ben.watch(renewed))
    // The pipe was of no use any more, and took with it what had come through it.
    await until(() => losses.get(ben.id)?.includes(before.id), { what: 'the old voice to be lost' })
    expect([...ben.media.consumed]).toEqual([renewed.producerId])
    expect(here.pool.nodePipes).toEqual({ ...NONE, pipesIn: 1, producersIn: 1 })
  })

  it('is brought to the other worker here when the one it came in on dies', async () => {
    const { there, here } = await openNodes()
    const losses = lossesOf(here)
    const anna = await RoomPeer.join(there.room)
    const { wanted } = await anna.publish(audioTrack('talking'))
    const [ben, carl] = await joinBoth(here)
    await hears(await ben.watch(wanted))
    const before = await carl.watch(wanted)
    await hears(before)
    killWorker(here, 0)
    await until(() => losses.get(carl.id)?.includes(before.id), { what: 'Carl to be told' })
    expect(carl.media.consumed.size).toBe(0)
    await hears(await carl.watch(wanted))
    await pipesOf(there, { ...NONE, pipesOut: 1, producersOut: 1 })
  })

  it('keeps a worker here that nobody is on as long as others watch through it', async () => {
    const { there, here } = await openNodes({ routerGraceMs: 200 })
    const anna = await RoomPeer.join(there.room)
    const { wanted } = await anna.publish(audioTrack('talking'))
    const [ben, carl] = await joinBoth(here)
    await hears(await ben.watch(wanted))
    const watched = await carl.watch(wanted)
    ben.leave()
    await hears(watched, 100)
    expect(here.pool.workers.map(({ rooms }) => rooms)).toEqual([1, 1])
    carl.media.closeConsumers([wanted.producerId])
    await until(() => `${here.pool.workers.map(({ rooms }) => rooms)}` === '0,1', {
      what: 'the idle worker to be left',
    })
  })

  it('ends everything of a node that is gone', async () => {
    const { there, here } = await openNodes()
    const losses = lossesOf(here)
    const anna = await RoomPeer.join(there.room)
    const { wanted } = await anna.publish(audioTrack('talking'))
    const [ben, carl] = await joinBoth(here)
    const watched = [await ben.watch(wanted), await carl.watch(wanted)]
    here.room.media.handleNodeGone(there.room.node)
    expect(here.pool.nodePipes).toEqual(NONE)
    await until(() => losses.size === 2, { what: 'both to be told' })
    expect([losses.get(ben.id), losses.get(carl.id)]).toEqual(watched.map(({ id }) => [id]))
    expect(here.pool.pipes).toBe(0)
    there.room.media.handleNodeGone(here.room.node)
    expect(there.pool.nodePipes).toEqual(NONE)
  })

  it('notices by itself that the other node sends no more, and brings it anew', async () => {
    const { there, here } = await openNodes()
    const losses = lossesOf(here)
    const anna = await RoomPeer.join(there.room)
    const { wanted } = await anna.publish(audioTrack('talking'))
    const ben = await RoomPeer.join(here.room)
    await hears(await ben.watch(wanted))
    there.room.media.handleNodeGone(here.room.node)
    await until(() => losses.has(ben.id), { what: 'the silence to be noticed' })
    await hears(await ben.watch(wanted))
  })

  it('carries every codec, with the layers that are within one stream', async () => {
    const { there, here } = await openNodes()
    const [publisher, viewer] = [await joinBare(there), await joinBare(here)]
    const scalable = ['VP9', 'AV1', 'VP8']
    for (const { mimeType, clockRate, kind, parameters = {} } of there.pool.rtpCapabilities.codecs) {
      const name = mimeType.split('/')[1] ?? ''
      if (kind !== 'video' || name === 'rtx') continue
      const scalabilityMode = scalable.includes(name) ? 'L3T3_KEY' : 'L1T1'
      const rtpParameters = {
        mid: name,
        codecs: [{ mimeType, clockRate, payloadType: 96, parameters }],
        encodings: [{ ssrc: 7000 + clockRate + name.length * 7 + name.charCodeAt(2), scalabilityMode }],
      }
      const transportId = publisher.sendTransport.id
      const producerId = await publisher.produce({ transportId, source: 'cam', rtpParameters, paused: false })
      const at = { node: there.room.node, worker: publisher.worker }
      const demand = { spatialLayer: 2, temporalLayer: 2, priority: 1 }
      const wanted = { producerId, peerId: randomUUID() as PeerId, source: 'cam' as const, layers: [], at, demand }
      const [consumer] = await viewer.consume([wanted], { resume: 'later' })
      expect(consumer?.rtpParameters.codecs[0]?.mimeType).toBe(mimeType)
      expect(consumer?.rtpParameters.encodings[0]?.scalabilityMode).toBe(scalabilityMode)
      viewer.closeConsumers([producerId])
      publisher.closeProducer(producerId)
    }
  })

  it('leaves nothing behind, whatever comes and goes in whatever order', async () => {
    const pipes = watchPipes()
    const { there, here } = await openNodes()
    const publishers = [await joinBare(there), await joinBare(there)]
    const viewers = [await joinBare(here), await joinBare(here), await joinBare(here)]
    // Their consumers may be lost at any time.
    const wanted = new Map<PeerMedia, WantedProducer>()
    const publish = async (peer: PeerMedia) => {
      const before = wanted.get(peer)
      if (before) peer.closeProducer(before.producerId)
      const transportId = peer.sendTransport.id
      const rtpParameters = opusParameters()
      const producerId = await peer.produce({ transportId, source: 'mic', rtpParameters, paused: false })
      const at = { node: there.room.node, worker: peer.worker }
      wanted.set(peer, { producerId, peerId: randomUUID() as PeerId, source: 'mic', layers: [], at })
    }
    for (const peer of publishers) await publish(peer)
    const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)] as T
    const consuming: Promise<unknown>[] = []
    for (let step = 0; step < 5000; step++) {
      const viewer = pick(viewers)
      const chance = Math.random()
      if (chance < 0.4) consuming.push(viewer.consume([...wanted.values()], { resume: 'later' }))
      else if (chance < 0.8) viewer.closeConsumers([pick([...wanted.values()]).producerId])
      else if (chance < 0.83) await publish(pick(publishers))
      else if (chance < 0.835) there.room.media.handleNodeGone(here.room.node)
      else if (chance < 0.84) here.room.media.handleNodeGone(there.room.node)
      else await new Promise(setImmediate)
    }
    await Promise.all(consuming)
    for (const viewer of viewers) viewer.closeConsumers([...viewer.consumed])
    const complete = async (viewer: PeerMedia) => {
      await viewer.consume([...wanted.values()], { resume: 'later' })
      return [...wanted.values()].every(({ producerId }) => viewer.consumed.has(producerId))
    }
    for (const viewer of viewers) await until(() => complete(viewer), { what: 'all to be consumed' })
    expect(pipes.betweenNodes).toBeGreaterThan(0)
    for (const viewer of viewers) viewer.close()
    await pipesOf(here, NONE)
    expect(here.pool.pipes).toBe(0)
    await pipesOf(there, NONE)
    await until(() => pipes.betweenNodes + pipes.carried === 0, {
      what: () => `no pipes, not ${pipes.betweenNodes}, nor what is carried, ${pipes.carried}`,
    })
  })

  it('listens where other nodes reach it, on the ports that are open to them, and bounds what one node opens', async () => {
    const ports = { min: 42_000, max: 42_999 }
    const [room] = await openLinkedRooms([await createPool(1, { pipes: { address: '127.0.0.1', ports } })])
    const { outlets } = (room as LinkedRoom).media
    const end = {
      ip: '127.0.0.1',
      port: 9,
      srtpParameters: { cryptoSuite: 'AEAD_AES_256_GCM' as const, keyBase64: Buffer.alloc(44).toString('base64') },
    }
    const open = (node: string) => outlets.openPipe(node as NodeId, { pipeId: randomUUID(), worker: 0, end })
    const opened = await open('ana')
    expect(opened.ip).toBe('127.0.0.1')
    expect(opened.port).toBeGreaterThanOrEqual(ports.min)
    expect(opened.port).toBeLessThanOrEqual(ports.max)
    await Promise.all(Array.from({ length: MOST_PIPES - 1 }, () => open('ana')))
    await expect(open('ana')).rejects.toMatchObject({ code: 'tooMany' })
    await open('ben')
  })

  it('does not let a node that never answers hold up what is here', async () => {
    const pool = await createPool(1)
    const media = await pool.openRoom(randomUUID() as unknown as RoomId, { command: () => new Promise(() => {}) })
    onTestFinished(() => media.close())
    const room: LinkedRoom = { node: 'here' as NodeId, media, asked: [] }
    const [anna, ben] = [await RoomPeer.join(room), await RoomPeer.join(room)]
    const { at: _, ...wanted } = (await anna.publish(audioTrack('talking'))).wanted
    const elsewhere = { ...wanted, producerId: randomUUID() as ProducerId, at: { node: 'there' as NodeId, worker: 0 } }
    const startedAt = performance.now()
    const consumers = await ben.media.consume([elsewhere, wanted], { resume: 'later' })
    expect(performance.now() - startedAt).toBeLessThan(3000)
    expect(consumers.map(({ producerId }) => producerId)).toEqual([wanted.producerId])
  })
})
