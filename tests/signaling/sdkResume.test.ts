/** The SDK over a network that breaks, against the real signalling, both on fake media. */
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ConferenceClient } from '../../client/sdk/ConferenceClient.ts'
import { FakeMedia } from '../support/FakeMedia.ts'
import { fakeTrack, handlerFactory, seen, theRoom, untilSeen } from '../support/sdkCalls.ts'
import { startNode } from '../support/startNode.ts'
import { TcpProxy } from '../support/TcpProxy.ts'
import { until } from '../support/until.ts'

async function startCall(settings: Record<string, string> = {}) {
  const media = new FakeMedia()
  const { url } = await startNode({ media, settings: { MESSAGE_RATE: '10000', ...settings } })
  const network = await TcpProxy.start(url)
  const open = (through: string) => {
    const client = new ConferenceClient({ url: through, handlerFactory })
    onTestFinished(() => client.leave())
    return client
  }
  /** Whose network is the one that breaks. */
  const ben = open(network.url)
  const ana = open(url)
  const connections: string[] = []
  const join = async () => {
    await ana.join({ roomId: 'room', name: 'Ana' })
    await ben.join({ roomId: 'room', name: 'Ben' })
    ben.subscribe(({ connection, awaySince }) => {
      const now = awaySince === undefined ? connection : 'resuming'
      if (now !== connections.at(-1)) connections.push(now)
    })
  }
  const untilBack = () =>
    until(() => connections.includes('resuming') && ben.state.connection === 'connected', {
      deadlineMs: 14_000,
      what: () => `Ben to be back, not ${connections}`,
    })
  const untilAway = () => until(() => ben.state.awaySince !== undefined, { what: 'Ben to be away' })
  return { media, network, ana, ben, join, connections, untilBack, untilAway }
}

const cam = () => fakeTrack('video')
const mic = () => fakeTrack('audio')
const idsOf = (client: ConferenceClient) =>
  Object.values(client.state.self?.published ?? {}).map(({ producerId }) => producerId)

describe('a socket that is lost', () => {
  it('is replaced, and nothing else is different: same peer, same producers, same tracks', async () => {
    const { ana, ben, join, network, connections, untilBack } = await startCall()
    await ana.publish('cam', cam())
    await ben.publish('mic', mic())
    await ben.publish('cam', cam())
    await join()
    await untilSeen(ana, 'Ben', 'cam mic')
    const before = { self: ben.state.self?.id, ids: idsOf(ben), peers: ben.peers }
    let left = false
    ana.subscribe(({ peers }) => {
      left ||= peers.length === 0
    })
    network.drop()
    await untilBack()
    expect(connections).toEqual(['resuming', 'connected'])
    expect({ self: ben.state.self?.id, ids: idsOf(ben), peers: ben.peers }).toEqual(before)
    expect(ben.peers[0]?.published.cam?.track).toBe(before.peers[0]?.published.cam?.track)
    await ben.sendChat('still here')
    await until(() => ana.state.chat.length === 1)
    expect(left).toBe(false)
  })

  it('that only looks open is replaced as soon as an answer is missing', { timeout: 30_000 }, async () => {
    const { ana, ben, join, network, untilBack } = await startCall()
    await ben.publish('mic', mic())
    await join()
    network.freeze()
    const muting = ben.setPaused('mic', true)
    await untilBack()
    await muting
    await untilSeen(ana, 'Ben', 'mic(paused)')
  })

  it('is made good for who came, went, published and spoke meanwhile', async () => {
    const { media, ana, ben, join, network, untilAway, untilBack } = await startCall()
    await ana.publish('cam', cam())
    await join()
    const heard: string[] = []
    ben.onChat(({ text }) => heard.push(text))
    await ana.sendChat('before')
    await until(() => heard.length === 1)
    network.cut()
    await untilAway()
    await ana.unpublish('cam')
    await ana.publish('mic', mic())
    await ana.sendChat('first')
    const { id } = await ana.sendChat('taken back')
    await ana.moderation.deleteMessage(id)
    await ana.sendChat('second')
    network.restore()
    await untilBack()
    await untilSeen(ben, 'Ana', 'mic')
    expect(ben.state.chat.map(({ text }) => text)).toEqual(['before', 'first', 'second'])
    expect(heard).toEqual(['before', 'first', 'second'])
    const own = [...theRoom(media).peers].find((peer) => peer.consumers.length > 0)
    await until(() => own?.resumed.size === 1, { what: 'the new consumer to be resumed' })
  })

  it('is made good where more was missed than the server keeps', async () => {
    const { ana, ben, join, network, untilAway, untilBack } = await startCall()
    await ana.publish('cam', cam())
    await join()
    const { id } = await ana.sendChat('to be taken back')
    await until(() => ben.state.chat.length === 1)
    const heard: string[] = []
    ben.onChat(({ text }) => heard.push(text))
    network.cut()
    await untilAway()
    for (let at = 0; at < 520; at++) await ana.sendReaction('👍')
    await ana.moderation.deleteMessage(id)
    await ana.unpublish('cam')
    await ana.publish('mic', mic())
    await ana.sendChat('meanwhile')
    network.restore()
    await untilBack()
    await untilSeen(ben, 'Ana', 'mic')
    expect(ben.state.chat.map(({ text }) => text)).toEqual(['meanwhile'])
    expect(heard).toEqual(['meanwhile'])
  })
})

describe('what one does while the server is out of reach', () => {
  it('is told when it is back', async () => {
    const { ana, ben, join, network, untilAway, untilBack } = await startCall()
    await ben.publish('mic', mic())
    await ben.publish('cam', cam())
    await join()
    const anaId = ana.state.self?.id
    if (!anaId) throw new Error('Ana has no id')
    await ana.publish('cam', cam())
    await untilSeen(ben, 'Ana', 'cam')
    network.cut()
    await untilAway()
    await ben.setPaused('mic', true)
    await ben.unpublish('cam')
    await ben.publish('screen', cam())
    await ben.setHand(true)
    ben.setViewport([])
    network.restore()
    await untilBack()
    await untilSeen(ana, 'Ben', 'mic(paused) screen')
    await until(() => ana.peers[0]?.handRaisedAt !== undefined)
    await untilSeen(ben, 'Ana', 'cam(no track)')
  })

  it('unmutes nobody who has changed their mind', async () => {
    const { ana, ben, join, network, untilAway, untilBack } = await startCall()
    const track = mic()
    await ben.publish('mic', track, { paused: true })
    await join()
    let opened = false
    ana.subscribe(({ peers }) => {
      opened ||= peers[0]?.published.mic?.paused === false
    })
    network.freeze()
    // On its way when the socket is found dead.
    const unmuting = ben.setPaused('mic', false)
    network.cut()
    await untilAway()
    await ben.setPaused('mic', true)
    network.restore()
    await untilBack()
    await unmuting
    await ana.sendChat('afterwards')
    await until(() => ben.state.chat.length === 1)
    expect(seen(ana, 'Ben')).toBe('mic(paused)')
    expect(opened).toBe(false)
    expect(track.enabled).toBe(false)
  })

  it('stays muted where others have muted it meanwhile', async () => {
    const { ana, ben, join, network, untilAway, untilBack } = await startCall()
    const track = mic()
    await ben.publish('mic', track)
    await join()
    const benId = ben.state.self?.id
    if (!benId) throw new Error('Ben has no id')
    network.cut()
    await untilAway()
    await ana.moderation.setForcedMute(true, benId)
    network.restore()
    await untilBack()
    expect(track.enabled).toBe(false)
    expect(ben.state.self?.published.mic?.paused).toBe(true)
    expect(ben.state.access.forcedMute).toEqual(['mic'])
  })
})

describe('a publication whose answer is lost', () => {
  /** Keeps the worker from answering until the test says so. */
  const holdProduce = (media: FakeMedia, at: number) => {
    const peer = [...theRoom(media).peers][at]
    if (!peer) throw new Error('there is no such peer')
    const [asked, worker] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const produce = peer.produce.bind(peer)
    let count = 0
    peer.produce = async (options) => {
      count++
      asked.resolve()
      await worker.promise
      return await produce(options)
    }
    return { asked: asked.promise, release: worker.resolve, times: () => count }
  }

  it('is found after the resume: there is one producer, no ghost', async () => {
    const { media, ana, ben, join, network, untilAway, untilBack } = await startCall()
    await join()
    const held = holdProduce(media, 1)
    const publishing = ben.publish('cam', cam())
    await held.asked
    network.cut()
    await untilAway()
    held.release()
    network.restore()
    await untilBack()
    await publishing
    await untilSeen(ana, 'Ben', 'cam')
    expect(held.times()).toBe(1)
    expect([...theRoom(media).producers.keys()]).toEqual(idsOf(ben))
  })

  it('is taken back where nobody wants it any more', async () => {
    const { media, ana, ben, join, network, untilAway, untilBack } = await startCall()
    await join()
    const held = holdProduce(media, 1)
    const publishing = ben.publish('cam', cam())
    await held.asked
    network.cut()
    await untilAway()
    await ben.unpublish('cam')
    held.release()
    network.restore()
    await untilBack()
    await publishing
    await until(() => theRoom(media).producers.size === 0, { what: 'the camera to be closed' })
    await untilSeen(ana, 'Ben', '')
  })
})

describe('a visit that cannot go on', () => {
  it('is one anew, as the same peer, where the server has let go of it', async () => {
    const { ana, ben, join, network, connections, untilAway } = await startCall({ RESUME_MAX: '1' })
    await ben.publish('mic', mic(), { paused: true })
    await join()
    const id = ben.state.self?.id
    network.cut()
    await untilAway()
    await until(() => ana.peers.length === 0)
    network.restore()
    await until(() => ben.state.connection === 'connected')
    expect(connections).toEqual(['resuming', 'reconnecting', 'connected'])
    expect(ben.state.self?.id).toBe(id)
    await untilSeen(ana, 'Ben', 'mic(paused)')
  })

  it('is over where somebody has ended it meanwhile', async () => {
    const { ana, ben, join, network, untilAway } = await startCall()
    await join()
    const id = ben.state.self?.id
    if (!id) throw new Error('Ben has no id')
    network.cut()
    await untilAway()
    await ana.moderation.remove(id)
    network.restore()
    await until(() => ben.state.connection === 'closed')
    expect(ben.state.endReason).toBe('removed')
    expect(ana.peers).toEqual([])
  })
})

describe('a client that is cut off again and again', () => {
  it('knows in the end what the server knows', { timeout: 120_000 }, async () => {
    const { media, ana, ben, join, network } = await startCall()
    await ana.publish('cam', cam())
    await join()
    const step = fc.constantFrom('drop', 'cut', 'restore', 'mute', 'unmute', 'camera', 'noCamera', 'other', 'chat')
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        for (const each of steps) {
          if (each === 'drop') network.drop()
          else if (each === 'cut') network.cut()
          else if (each === 'restore') network.restore()
          else if (each === 'mute' || each === 'unmute') {
            if (!ben.state.self?.published.mic) void ben.publish('mic', mic()).catch(() => {})
            void ben.setPaused('mic', each === 'mute').catch(() => {})
          } else if (each === 'camera') void ben.publish('cam', cam()).catch(() => {})
          else if (each === 'noCamera') void ben.unpublish('cam').catch(() => {})
          else if (each === 'chat') await ana.sendChat('hello')
          else if (ana.state.self?.published.screen) await ana.unpublish('screen')
          else await ana.publish('screen', cam())
        }
        network.restore()
        // What it says now it says over a socket that lives.
        await until(
          () =>
            ben.sendReaction('👍').then(
              () => true,
              () => false,
            ),
          { deadlineMs: 20_000 },
        )
        const own = () =>
          Object.values(ben.state.self?.published ?? {})
            .map(({ producerId, paused }) => `${producerId}${paused ? ' paused' : ''}`)
            .sort()
            .join()
        const asSeen = () =>
          Object.values(ana.peers[0]?.published ?? {})
            .map(({ producerId, paused }) => `${producerId}${paused ? ' paused' : ''}`)
            .sort()
            .join()
        await until(() => own() === asSeen(), { what: () => `"${own()}" to be seen, not "${asSeen()}"` })
        const wanted = ana.state.self?.published.screen ? 'cam screen' : 'cam'
        await untilSeen(ben, 'Ana', wanted)
        await until(() => ben.state.chat.length === ana.state.chat.length)
        const total = own().split(',').filter(Boolean).length + wanted.split(' ').length
        await until(() => theRoom(media).producers.size === total, { what: () => `${total} producers` })
      }),
      { numRuns: 6 },
    )
  })
})
