import { describe, expect, it } from 'vitest'
import { PROTOCOL_VERSION } from '../../shared/protocol.ts'
import { REQUESTS } from '../../shared/requests.ts'
import { FakeMedia } from '../support/FakeMedia.ts'
import { dtlsParameters, fullCapabilities, opusParameters, vp8Parameters } from '../support/rtp.ts'
import { connect, place, SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

const startFakeNode = (settings = {}) => startNode({ media: new FakeMedia(), settings })
const refused = (code: string) => expect.objectContaining({ ok: false, error: expect.objectContaining({ code }) })

describe('the door', () => {
  it('takes no socket without a valid token', async () => {
    const { url } = await startFakeNode()
    const refusal = (auth: Record<string, unknown>) =>
      new Promise<unknown>((resolve, reject) => {
        const socket = connect(url, auth)
        socket.once('connect_error', (error) => resolve((error as Error & { data?: unknown }).data))
        socket.once('connect', () => reject(new Error('was let in')))
      })
    const protocol = PROTOCOL_VERSION
    const { token } = await place(url, 'r', 'Ana')
    const other = await startFakeNode()
    const foreign = (await place(other.url, 'r', 'Ana')).token
    const [head, body, signature] = token.split('.')
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`
    for (const wrong of [undefined, '', 'x', 7, `${head}.${body}.x${signature}`, unsigned, foreign, 'x'.repeat(5000)])
      expect(await refusal({ token: wrong, protocol })).toMatchObject({ code: 'unauthorized' })
    expect(await refusal({ token, protocol: 0 })).toMatchObject({ code: 'protocolMismatch', retryable: false })
    expect(await refusal({})).toMatchObject({ code: 'protocolMismatch' })
  })

  it('answers only join before the join, and no join after it', async () => {
    const { url } = await startFakeNode()
    const peer = await SignalingPeer.open(url, { room: 'r' })
    expect(await peer.send('leave', {})).toEqual(refused('notAllowed'))
    expect(await peer.send('setViewport', { tiles: [] })).toEqual(refused('notAllowed'))
    await peer.request('join', { rtpCapabilities: fullCapabilities() })
    expect(await peer.send('join', { rtpCapabilities: fullCapabilities() })).toEqual(refused('notAllowed'))
  })

  it('lets one session join once, however fast it asks', async () => {
    const { url } = await startFakeNode()
    const ana = await SignalingPeer.join(url, { room: 'r' })
    const ben = await SignalingPeer.open(url, { room: 'r' })
    const input = { rtpCapabilities: fullCapabilities() }
    const answers = await Promise.all([ben.send('join', input), ben.send('join', input)])
    expect(answers.map(({ ok }) => ok).sort()).toEqual([false, true])
    await ana.next('peerJoined')
    await ben.request('leave', {})
    await ana.next('peerLeft')
    expect(ana.all('peerJoined').length).toBe(1)
  })

  it('answers what it does not know or understand with a code, and nothing changes', async () => {
    const { url } = await startFakeNode({ MESSAGE_RATE: '1000' })
    const ana = await SignalingPeer.join(url, { room: 'r' })
    const ben = await SignalingPeer.join(url, { room: 'r' })
    expect(await ana.send('nonsense', {})).toEqual(refused('unknownRequest'))
    expect(await ana.send('__proto__', {})).toEqual(refused('unknownRequest'))
    expect(await ana.send('constructor', {})).toEqual(refused('unknownRequest'))
    for (const name of Object.keys(REQUESTS)) {
      for (const payload of [undefined, null, 7, 'x', [], [[]], { surprise: 1 }, { __proto__: null, toString: 1 }])
        if (!(name === 'leave' && payload === undefined))
          expect(await ana.send(name, payload)).toEqual(refused('invalidInput'))
      expect(await ana.send(name)).toEqual(refused('invalidInput'))
      expect(await ana.send(name, {}, {})).toEqual(refused('invalidInput'))
    }
    ana.socket.emit('setViewport', 'without a callback')
    await expect(ana.request('setViewport', { tiles: [] })).resolves.toEqual({})
    expect(ben.received).toEqual([])
  })

  it('refuses numbers that would poison a worker', async () => {
    const { url } = await startFakeNode()
    const peer = await SignalingPeer.join(url, { room: 'r' })
    const transportId = peer.joined?.sendTransport.id
    for (const maxBitrate of [333333.3, 'a', null, {}, -1, 0, Number.MAX_SAFE_INTEGER]) {
      const rtpParameters = { ...vp8Parameters(), encodings: [{ rid: 'r0', maxBitrate }] }
      const answer = await peer.send('produce', { transportId, source: 'cam', rtpParameters })
      expect(answer, String(maxBitrate)).toEqual(refused('invalidInput'))
    }
    const codecs = Array.from({ length: 33 }, () => vp8Parameters().codecs[0])
    const tooMany = { ...vp8Parameters(), codecs }
    expect(await peer.send('produce', { transportId, source: 'cam', rtpParameters: tooMany })).toEqual(
      refused('invalidInput'),
    )
  })

  it("treats another's object like one that does not exist", async () => {
    const { url } = await startFakeNode()
    const ana = await SignalingPeer.join(url, { room: 'r' })
    const eve = await SignalingPeer.join(url, { room: 'r' })
    const producerId = await ana.publish('mic')
    const unknown = '00000000-0000-4000-8000-000000000000'
    const attempts = (id: string, transportId: string): [string, unknown][] => [
      ['pauseProducer', { producerId: id }],
      ['resumeProducer', { producerId: id }],
      ['closeProducer', { producerId: id }],
      ['restartIce', { transportId }],
      ['connectTransport', { transportId, dtlsParameters: dtlsParameters() }],
      ['produce', { transportId, source: 'mic', rtpParameters: opusParameters() }],
    ]
    const foreign = attempts(producerId, ana.joined?.sendTransport.id ?? '')
    for (const [at, [name, input]] of attempts(unknown, unknown).entries()) {
      const answer = await eve.send(name, input)
      expect(answer).toEqual(refused('notFound'))
      expect(await eve.send(name, foreign[at]?.[1])).toEqual(answer)
    }
    await expect(ana.request('pauseProducer', { producerId })).resolves.toEqual({})
  })

  it('treats the people and messages of another room like ones that do not exist', async () => {
    const { url } = await startFakeNode()
    const ana = await SignalingPeer.join(url, { room: 'r' })
    const producerId = await ana.publish('mic')
    const { message } = await ana.request('sendChat', { text: 'among ourselves' })
    // The host of another room, who may do all of this there.
    const eve = await SignalingPeer.join(url, { room: 'other' })
    const unknown = '00000000-0000-4000-8000-000000000000'
    const attempts = (peerId: string, messageId: string): [string, object][] => [
      ['sendChat', { text: 'psst', to: peerId }],
      ['setForcedMute', { peerId, source: 'mic', muted: true }],
      ['stopShare', { peerId }],
      ['admitPeer', { peerId }],
      ['refusePeer', { peerId }],
      ['moveToLobby', { peerId }],
      ['removePeer', { peerId }],
      ['banPeer', { peerId }],
      ['setRole', { peerId, role: 'listener' }],
      ['deleteChatMessage', { messageId }],
      ['setViewport', { tiles: [{ peerId, source: 'cam', width: 320, height: 180 }] }],
    ]
    const foreign = attempts(ana.id, message.id)
    for (const [at, [name, input]] of attempts(unknown, unknown).entries()) {
      const answer = await eve.send(name, input)
      expect(await eve.send(name, foreign[at]?.[1]), name).toEqual(answer)
    }
    expect(eve.all('consumersAdded')).toEqual([])
    expect(ana.received.map(({ name }) => name).filter((name) => name !== 'ticketChanged')).toEqual(['chatMessage'])
    await expect(ana.request('pauseProducer', { producerId })).resolves.toEqual({})
  })

  it('closes a socket that sends binary or too much', async () => {
    const { url } = await startFakeNode()
    for (const payload of [Buffer.from('binary'), { nested: [new Uint8Array(4)] }, 'x'.repeat(70_000)]) {
      const peer = await SignalingPeer.join(url, { room: 'r' })
      peer.socket.emit('setViewport', payload)
      await until(() => peer.socket.disconnected, { what: 'the socket to close' })
    }
  })

  it('refuses names and rooms that are none', async () => {
    const { url } = await startFakeNode()
    const status = async (room: string, body: unknown, type = 'application/json') => {
      const headers = { 'content-type': type }
      const init = { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) }
      const response = await fetch(`${url}/api/v1/rooms/${room}/join`, init)
      const answer = (await response.json()) as { error?: { code?: string } }
      return response.ok ? response.status : `${response.status} ${answer.error?.code}`
    }
    expect(await status('r', { name: 'Ana' })).toBe(200)
    for (const name of ['李小龍 🐉', 'نور', '👩‍👩‍👧', 'José Ñandú', '김하늘'])
      expect(await status('r', { name })).toBe(200)
    for (const name of [
      '',
      '   ',
      'x'.repeat(65),
      'a\u0000b',
      '\u202eevil',
      '\u200d',
      '\u00ad',
      '\u061cabc',
      '\u3164',
      'a\u2028b',
      '\ud800',
      7,
      null,
    ])
      expect(await status('r', { name })).toBe('400 invalidInput')
    for (const room of ['a%20b', 'a%2Fb', 'x'.repeat(65), '%00', 'ä'])
      expect(await status(room, { name: 'Ana' })).toBe('400 invalidInput')
    expect(await status('r', { name: 'Ana', admin: true })).toBe('400 invalidInput')
    expect(await status('r', '{"name":"Ana","__proto__":{"x":1}}')).toBe('400 invalidInput')
    expect(await status('r', 'not json')).toBe('400 invalidInput')
    expect(await status('r', { name: 'Ana' }, 'text/plain')).toMatch(/^4/)
    expect(await status('r', { name: 'x'.repeat(20_000) })).toBe('413 invalidInput')
  })
})
