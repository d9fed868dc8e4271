/** A peer whose socket is lost: it stays, others see it, and whoever has its ticket goes on as the same. */
import { describe, expect, it } from 'vitest'
import { PROTOCOL_VERSION } from '../../shared/protocol.ts'
import type { Output } from '../../shared/requests.ts'
import { FakeMedia } from '../support/FakeMedia.ts'
import { dtlsParameters, fullCapabilities } from '../support/rtp.ts'
import { connect, SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

async function startRoom(settings: Record<string, string> = {}) {
  const media = new FakeMedia()
  const { url } = await startNode({ media, settings: { MESSAGE_RATE: '10000', ...settings } })
  const join = (name: string, credentials = {}) =>
    SignalingPeer.join(url, { room: 'r', name, credentials, dtlsParameters: dtlsParameters() })
  return { url, media, join, peers: () => [...media.rooms].flatMap((room) => [...room.peers]) }
}

const names = (missed: Output<'resume'>['missed']) => missed?.map(({ name }) => name)

describe('a peer without a socket', () => {
  it('stays, is shown as one who comes back, and is as before when it is back', async () => {
    const { url, join } = await startRoom()
    const [ana, ben] = [await join('Ana'), await join('Ben')]
    const mic = await ben.publish('mic')
    ben.drop()
    await ana.next('peerChanged', ({ peer }) => peer.id === ben.id && peer.connection === 'reconnecting')
    const back = await SignalingPeer.resume(url, ben)
    await until(() => ana.all('peerChanged').at(-1)?.peer.connection === undefined)
    expect(ana.all('peerLeft')).toEqual([])
    expect(ana.all('peerJoined')).toHaveLength(1)
    expect(back.resumed).toMatchObject({
      producers: [{ producerId: mic, source: 'mic', paused: false }],
      sendTransport: { id: ben.joined?.sendTransport.id },
      recvTransport: { id: ben.joined?.recvTransport.id },
    })
    await back.request('pauseProducer', { producerId: mic })
    await ana.next('peerChanged', ({ peer }) => peer.published[0]?.paused === true)
  })

  it('leaves at once when it says so, or takes leave of the socket', async () => {
    const { join } = await startRoom()
    const [ana, ben, eva] = [await join('Ana'), await join('Ben'), await join('Eva')]
    await ben.request('leave', {})
    await ana.next('peerLeft', ({ peerId }) => peerId === ben.id)
    eva.socket.disconnect()
    await ana.next('peerLeft', ({ peerId }) => peerId === eva.id)
  })

  it('leaves after the longest absence, and is told so', async () => {
    const { url, join } = await startRoom({ RESUME_MAX: '1' })
    const [ana, ben] = [await join('Ana'), await join('Ben')]
    ben.drop()
    expect(await ana.next('peerLeft')).toEqual({ peerId: ben.id, reason: 'disconnected' })
    const back = await SignalingPeer.open(url, { room: 'r', token: ben.ticket })
    await expect(back.request('resume', { lastSeq: ben.lastSeq })).rejects.toThrow()
    expect(await back.next('sessionEnded')).toEqual({ reason: 'disconnected' })
    const again = await SignalingPeer.join(url, { room: 'r', token: ben.ticket })
    expect(again.id).toBe(ben.id)
  })

  it('leaves with its socket where the operator wants it so', async () => {
    const { join } = await startRoom({ RESUME_MAX: '0' })
    const [ana, ben] = [await join('Ana'), await join('Ben')]
    ben.drop()
    await ana.next('peerLeft')
    expect(ana.all('peerChanged')).toEqual([])
  })

  it('is over with its socket while it has not joined', async () => {
    const { url, peers } = await startRoom()
    const warm = await SignalingPeer.open(url, { room: 'r' })
    await warm.request('warmUp', { rtpCapabilities: fullCapabilities(), dtlsParameters: dtlsParameters() })
    expect(peers()).toHaveLength(1)
    warm.drop()
    await until(() => peers().length === 0)
  })
})

describe('who comes back', () => {
  it('is told what was missed, in order and once', async () => {
    const { url, join } = await startRoom()
    const [ana, ben] = [await join('Ana'), await join('Ben')]
    await ana.request('sendChat', { text: 'before' })
    await ben.next('chatMessage')
    ben.drop()
    const cam = await ana.publish('cam')
    const { message } = await ana.request('sendChat', { text: 'meanwhile' })
    await ana.request('deleteChatMessage', { messageId: message.id })
    await ana.next('chatMessageDeleted')
    const back = await SignalingPeer.resume(url, ben)
    expect(back.resumed?.snapshot).toBeUndefined()
    const missed = names(back.resumed?.missed)?.filter((name) => name !== 'ticketChanged')
    expect(missed?.slice(0, 4)).toEqual(['peerChanged', 'consumersAdded', 'chatMessage', 'chatMessageDeleted'])
    const added = back.resumed?.missed?.find(({ name }) => name === 'consumersAdded')?.data
    expect(added).toMatchObject({ consumers: [{ producerId: cam }] })
    expect(back.resumed?.consumerIds).toHaveLength(1)
    await ana.request('sendChat', { text: 'after' })
    await back.next('chatMessage', ({ message: { text } }) => text === 'after')
    expect(back.all('chatMessage')).toHaveLength(1)
  })

  it('is told all that holds where too much was missed', async () => {
    const { url, join } = await startRoom()
    const [ana, ben] = [await join('Ana'), await join('Ben')]
    const mic = await ana.publish('mic')
    await ben.next('consumersAdded')
    ben.drop()
    for (let at = 0; at < 513; at++) await ana.request('sendReaction', { reaction: '👍' })
    await ana.request('sendChat', { text: 'last' })
    const back = await SignalingPeer.resume(url, ben)
    expect(back.resumed?.missed).toBeUndefined()
    expect(back.resumed?.snapshot).toMatchObject({
      peerId: ben.id,
      chat: [{ text: 'last' }],
      consumers: [{ producerId: mic }],
      self: { role: 'speaker' },
    })
    expect(back.resumed?.snapshot?.peers.map(({ name }) => name)).toEqual(['Ana', 'Ben'])
    await ana.request('sendChat', { text: 'after' })
    await back.next('chatMessage')
  })

  it('takes the place of a socket that still looks open, which hears nothing more', async () => {
    const { url, join } = await startRoom()
    const [ana, ben] = [await join('Ana'), await join('Ben')]
    const back = await SignalingPeer.resume(url, ben)
    await until(() => !ben.socket.connected)
    await ana.request('sendChat', { text: 'hello' })
    await back.next('chatMessage')
    expect(ben.received.map(({ name }) => name).filter((name) => name !== 'ticketChanged')).toEqual([])
    expect(ana.all('peerLeft')).toEqual([])
    expect(ana.all('peerChanged')).toEqual([])
  })

  it('is one, however many sockets of it come at once', async () => {
    const { url, join, peers } = await startRoom()
    const [ana, ben] = [await join('Ana'), await join('Ben')]
    ben.drop()
    const attempts = await Promise.allSettled([1, 2, 3].map(() => SignalingPeer.resume(url, ben)))
    const resumed = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
    expect(resumed.length).toBeGreaterThan(0)
    await until(() => resumed.filter(({ socket }) => socket.connected).length === 1)
    await ana.request('sendChat', { text: 'hello' })
    await until(() => resumed.filter((peer) => peer.all('chatMessage').length === 1).length === 1)
    expect(peers()).toHaveLength(2)
  })

  it('finds what it had begun to publish', async () => {
    const { url, join, peers } = await startRoom()
    const ben = await join('Ben')
    const [media] = peers()
    if (!media) throw new Error('Ben has no media')
    const worker = Promise.withResolvers<void>()
    const produce = media.produce.bind(media)
    media.produce = async (options) => {
      await worker.promise
      return await produce(options)
    }
    const publishing = ben.publish('mic').catch(() => 'lost')
    await ben.request('setViewport', { tiles: [] })
    ben.drop()
    const resuming = SignalingPeer.resume(url, ben)
    worker.resolve()
    expect((await resuming).resumed?.producers).toMatchObject([{ source: 'mic' }])
    expect(await publishing).toBe('lost')
  })

  it('gets new ICE credentials for each of its transports', async () => {
    const { url, join } = await startRoom()
    const ben = await join('Ben')
    ben.drop()
    const back = await SignalingPeer.resume(url, ben)
    const transportId = ben.joined?.recvTransport.id as never
    const before = back.resumed?.recvTransport.iceParameters.usernameFragment
    const { iceParameters } = await back.request('restartIce', { transportId })
    expect(iceParameters.usernameFragment).not.toBe(before)
    const again = await SignalingPeer.resume(url, back)
    expect(again.resumed?.recvTransport.iceParameters).toEqual(iceParameters)
  })
})

describe('who has no right to a peer', () => {
  it('is refused, and its owner hears and loses nothing', async () => {
    const { url, join } = await startRoom()
    const [ana, ben] = [await join('Ana'), await join('Ben')]
    const eve = await SignalingPeer.open(url, { room: 'r', name: 'Eve' })
    await expect(eve.request('resume', { lastSeq: 0 })).rejects.toMatchObject({ code: 'gone' })
    expect(await eve.send('resume', { lastSeq: 0, peerId: ben.id })).toMatchObject({
      ok: false,
      error: { code: 'invalidInput' },
    })
    // A ticket of another room, and one that names the peer but is signed by nobody.
    const other = await SignalingPeer.join(url, { room: 'other' })
    const elsewhere = await SignalingPeer.open(url, { room: 'r', token: other.ticket })
    await expect(elsewhere.request('resume', { lastSeq: 0 })).resolves.toMatchObject({ producers: [] })
    const [head, body, signature] = ben.ticket.split('.')
    const forged = Buffer.from(body ?? '', 'base64url')
      .toString()
      .replace(/"name":"Ben"/, '"name":"Eve"')
    const token = [head, Buffer.from(forged).toString('base64url'), signature].join('.')
    const socket = connect(url, { token, protocol: PROTOCOL_VERSION })
    const refused = Promise.withResolvers<Error & { data?: unknown }>()
    socket.once('connect_error', refused.resolve)
    expect((await refused.promise).data).toMatchObject({ code: 'unauthorized' })
    // Both are as they were.
    await ben.request('sendChat', { text: 'still here' })
    await ana.next('chatMessage')
    expect(ben.received.map(({ name }) => name).filter((name) => name !== 'ticketChanged')).toEqual(['chatMessage'])
    expect(ana.all('peerLeft')).toEqual([])
  })

  it.each([
    ['removePeer', 'removed', 'unauthorized'],
    ['banPeer', 'banned', 'banned'],
    ['moveToLobby', 'movedToLobby', 'inLobby'],
  ] as const)('%s ends it for who is away, too', async (request, reason, code) => {
    const { url, join } = await startRoom()
    const [ana, ben] = [await join('Ana'), await join('Ben')]
    ben.drop()
    await ana.request(request, { peerId: ben.id })
    await ana.next('peerLeft')
    const back = await SignalingPeer.open(url, { room: 'r', token: ben.ticket })
    await expect(back.request('resume', { lastSeq: ben.lastSeq })).rejects.toThrow()
    expect(await back.next('sessionEnded')).toEqual({ reason })
    const again = await SignalingPeer.open(url, { room: 'r', token: ben.ticket })
    const entry = { rtpCapabilities: fullCapabilities() }
    await expect(again.request('join', entry)).rejects.toMatchObject({ code })
  })

  it('nobody resumes a call that was ended', async () => {
    const { url, join } = await startRoom()
    const [ana, ben] = [await join('Ana'), await join('Ben')]
    ben.drop()
    await ana.request('endCall', {})
    await ana.next('sessionEnded')
    const back = await SignalingPeer.open(url, { room: 'r', token: ben.ticket })
    await expect(back.request('resume', { lastSeq: 0 })).rejects.toThrow()
    expect(await back.next('sessionEnded')).toEqual({ reason: 'callEnded' })
  })
})

describe('a ticket', () => {
  it('is valid for the longest absence, though none was issued meanwhile', async () => {
    const { url, join } = await startRoom({ SESSION_TTL: '10', RESUME_MAX: '3600' })
    const ben = await join('Ben')
    const { exp = 0, iat = 0 } = JSON.parse(
      Buffer.from(ben.ticket.split('.')[1] ?? '', 'base64url').toString(),
    ) as Record<string, number>
    // It is replaced each five seconds, and an absence ends after ten.
    expect(exp - iat - 5).toBeGreaterThanOrEqual(10)
    ben.drop()
    const back = await SignalingPeer.resume(url, ben)
    expect(back.ticket).not.toBe(ben.ticket)
  })
})
