import { describe, expect, it } from 'vitest'
import { CHAT_HISTORY } from '../../shared/chat.ts'
import { FakeMedia } from '../support/FakeMedia.ts'
import { SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

const threePeople = async () => {
  const { url } = await startNode({ media: new FakeMedia(), settings: { MESSAGE_RATE: '10000' } })
  const join = (name: string) => SignalingPeer.join(url, { room: 'r', name })
  return { join, ana: await join('Ana'), ben: await join('Ben'), eva: await join('Eva') }
}

describe('chat', () => {
  it('reaches everyone, in one order, and who comes later', async () => {
    const { ana, ben, eva, join } = await threePeople()
    await ana.request('sendChat', { text: 'hello' })
    await ben.request('sendChat', { text: '<b>hi</b>\nthere' })
    for (const peer of [ana, ben, eva]) {
      await until(() => peer.all('chatMessage').length === 2, { what: 'two messages' })
      expect(peer.all('chatMessage').map(({ message }) => [message.name, message.text])).toEqual([
        ['Ana', 'hello'],
        ['Ben', '<b>hi</b>\nthere'],
      ])
    }
    await ana.request('leave', {})
    const later = await join('Max')
    expect(later.joined?.chat.map(({ name, text }) => `${name}: ${text}`)).toEqual([
      'Ana: hello',
      'Ben: <b>hi</b>\nthere',
    ])
  })

  it('keeps a private message between two, also from history', async () => {
    const { ana, ben, eva, join } = await threePeople()
    const { message } = await ana.request('sendChat', { text: 'between us', to: ben.id })
    expect(await ben.next('chatMessage')).toEqual({ message })
    expect(await ana.next('chatMessage')).toEqual({ message })
    await ana.request('sendChat', { text: 'for all' })
    await eva.next('chatMessage')
    expect(eva.all('chatMessage').map(({ message }) => message.text)).toEqual(['for all'])
    expect((await join('Max')).joined?.chat.map(({ text }) => text)).toEqual(['for all'])
  })

  it('knows nobody outside of the room', async () => {
    const { ana, ben } = await threePeople()
    await ben.request('leave', {})
    await expect(ana.request('sendChat', { text: 'gone', to: ben.id })).rejects.toMatchObject({ code: 'notFound' })
  })

  it('keeps a bounded history', async () => {
    const { ana, join } = await threePeople()
    for (let at = 0; at < CHAT_HISTORY + 5; at++) await ana.request('sendChat', { text: String(at) })
    const chat = (await join('Max')).joined?.chat ?? []
    expect(chat.map(({ text }) => text)).toEqual(Array.from({ length: CHAT_HISTORY }, (_, at) => String(at + 5)))
  })

  it('takes no empty, endless or control text', async () => {
    const { ana } = await threePeople()
    for (const text of ['', ' \n ', 'x'.repeat(2001), 'bell\u0007', 7, null])
      expect(await ana.send('sendChat', { text })).toMatchObject({ ok: false, error: { code: 'invalidInput' } })
  })
})

describe('hands and reactions', () => {
  it('shows raised hands with their order to everyone, and to who comes later', async () => {
    const { ana, ben, eva, join } = await threePeople()
    await ben.request('setHand', { raised: true })
    await ana.request('setHand', { raised: true })
    await ben.request('setHand', { raised: true })
    await until(() => eva.all('peerChanged').length >= 2, { what: 'two hands' })
    expect(eva.all('peerChanged').map(({ peer }) => peer.id)).toEqual([ben.id, ana.id])
    const raised = (await join('Max')).joined?.peers.filter(({ handRaisedAt }) => handRaisedAt !== undefined)
    expect(
      raised
        ?.sort((a, b) => (a.handRaisedAt ?? 0) - (b.handRaisedAt ?? 0))
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['Ana', 'Ben'])
    await ben.request('setHand', { raised: false })
    const lowered = await eva.next('peerChanged', ({ peer }) => peer.id === ben.id && peer.handRaisedAt === undefined)
    expect(lowered.peer.name).toBe('Ben')
  })

  it('passes a reaction on and forgets it', async () => {
    const { ana, eva, join } = await threePeople()
    await ana.request('sendReaction', { reaction: '👏' })
    expect(await eva.next('reaction')).toEqual({ peerId: ana.id, reaction: '👏' })
    expect(await ana.send('sendReaction', { reaction: 'anything' })).toMatchObject({ ok: false })
    expect((await join('Max')).all('reaction')).toEqual([])
  })
})
