/** What the SDK says without a voice, against the real signalling on fake media. */
import { describe, expect, it } from 'vitest'
import type { ConferenceClient } from '../../client/sdk/ConferenceClient.ts'
import type { PeerId } from '../../shared/ids.ts'
import { loseRoom, startCalls, theRoom } from '../support/sdkCalls.ts'
import { until } from '../support/until.ts'

const texts = (client: ConferenceClient) => client.state.chat.map(({ text }) => text).join(' ')
const untilRead = (client: ConferenceClient, expected: string) =>
  until(() => texts(client) === expected, { what: () => `"${expected}", not "${texts(client)}"` })

const idOf = (client: ConferenceClient): PeerId => {
  const id = client.state.self?.id
  if (!id) throw new Error('not joined')
  return id
}

/** The texts of the messages that `onChat` tells. */
const listen = (client: ConferenceClient) => {
  const heard: string[] = []
  const stop = client.onChat(({ text }) => heard.push(text))
  return { heard, stop }
}

describe('writing', () => {
  it('reaches everyone once, oneself too, and who comes later as history', async () => {
    const { join, open } = await startCalls()
    const [ana, bo] = [await join('Ana'), await join('Bo')]
    const [own, others] = [listen(ana), listen(bo)]
    const sent = await ana.sendChat('hello')
    expect(sent).toMatchObject({ from: idOf(ana), name: 'Ana', text: 'hello' })
    expect(texts(ana)).toBe('hello')
    await untilRead(bo, 'hello')
    await bo.sendChat('hi')
    await untilRead(ana, 'hello hi')
    expect([own.heard, others.heard]).toEqual([
      ['hello', 'hi'],
      ['hello', 'hi'],
    ])
    const cy = open()
    const late = listen(cy)
    await cy.join({ roomId: 'room', name: 'Cy' })
    expect(texts(cy)).toBe('hello hi')
    own.stop()
    await bo.sendChat('again')
    await untilRead(cy, 'hello hi again')
    await untilRead(ana, 'hello hi again')
    expect([late.heard, own.heard]).toEqual([['again'], ['hello', 'hi']])
  })

  it('to one person is seen by the two alone', async () => {
    const { join } = await startCalls()
    const [ana, bo, cy] = [await join('Ana'), await join('Bo'), await join('Cy')]
    await ana.sendChat('psst', idOf(bo))
    await untilRead(bo, 'psst')
    await cy.sendChat('so quiet')
    await untilRead(cy, 'so quiet')
    await untilRead(ana, 'psst so quiet')
    await cy.leave()
    expect(texts(cy)).toBe('so quiet')
    await expect(ana.sendChat('still there?', idOf(cy))).rejects.toMatchObject({ code: 'notFound' })
  })

  it('keeps over a reconnect what the server does not, and knows one’s own messages', async () => {
    const { join, media } = await startCalls()
    const [ana, bo] = [await join('Ana'), await join('Bo')]
    await ana.sendChat('psst', idOf(bo))
    await untilRead(bo, 'psst')
    const before = idOf(ana)
    const { heard } = listen(bo)
    await loseRoom(media, [ana, bo])
    expect(idOf(ana)).toBe(before)
    await ana.sendChat('back')
    await untilRead(bo, 'psst back')
    expect(texts(ana)).toBe('psst back')
    expect(heard).toEqual(['back'])
    expect(ana.state.chat.map(({ from }) => ana.isSelf(from))).toEqual([true, true])
    expect(bo.state.chat.map(({ from }) => bo.isSelf(from))).toEqual([false, false])
  })

  it('starts anew with the next call', async () => {
    const { join } = await startCalls()
    const ana = await join('Ana')
    await ana.sendChat('hello')
    await ana.leave()
    expect(texts(ana)).toBe('hello')
    await ana.join({ roomId: 'other', name: 'Ana' })
    expect(texts(ana)).toBe('')
  })

  it('is refused outside of a call, and where the server refuses', async () => {
    const { join, open } = await startCalls()
    await expect(open().sendChat('hello')).rejects.toMatchObject({ code: 'notReady' })
    const ana = await join('Ana')
    await expect(ana.sendChat(' ')).rejects.toMatchObject({ code: 'invalidInput' })
    expect(texts(ana)).toBe('')
  })

  it('goes on when a listener fails', async () => {
    const { join } = await startCalls()
    const ana = await join('Ana')
    ana.onChat(() => {
      throw new Error('no')
    })
    const { heard } = listen(ana)
    await ana.sendChat('hello')
    expect(heard).toEqual(['hello'])
  })
})

describe('a raised hand', () => {
  const hand = (client: ConferenceClient, name: string) =>
    client.peers.find((peer) => peer.name === name)?.handRaisedAt !== undefined

  it('is seen by everyone, oneself too, until it is lowered', async () => {
    const { join } = await startCalls()
    const [ana, bo] = [await join('Ana'), await join('Bo')]
    await ana.setHand(true)
    await until(() => hand(bo, 'Ana') && ana.state.self?.handRaisedAt !== undefined)
    expect(ana.state.self?.handRaisedAt).toBe(bo.peers[0]?.handRaisedAt)
    const late = await join('Cy')
    expect(hand(late, 'Ana')).toBe(true)
    await ana.setHand(false)
    await until(() => !hand(bo, 'Ana') && ana.state.self?.handRaisedAt === undefined)
  })

  it('is raised again after a reconnect, and never seems down meanwhile', async () => {
    const { join, media } = await startCalls()
    const [ana, bo] = [await join('Ana'), await join('Bo')]
    await ana.setHand(true)
    await until(() => hand(bo, 'Ana') && ana.state.self?.handRaisedAt !== undefined)
    let down = 0
    ana.subscribe(({ self }) => {
      if (self?.handRaisedAt === undefined) down++
    })
    await loseRoom(media, [ana, bo])
    await until(() => hand(bo, 'Ana'))
    expect(down).toBe(0)
  })

  it('may be raised and lowered while there is no connection', async () => {
    const { join, media } = await startCalls()
    const ana = await join('Ana')
    await ana.setHand(true)
    await until(() => ana.state.self?.handRaisedAt !== undefined)
    media.ready = false
    theRoom(media).close()
    await until(() => ana.state.connection === 'reconnecting')
    await ana.setHand(false)
    expect(ana.state.self?.handRaisedAt).toBeUndefined()
    media.ready = true
    const bo = await join('Bo')
    await until(() => ana.state.connection === 'connected')
    await until(() => bo.peers.length === 1)
    expect(hand(bo, 'Ana')).toBe(false)
  })

  it('is down before a call and after it', async () => {
    const { join, open } = await startCalls()
    await expect(open().setHand(true)).rejects.toMatchObject({ code: 'notReady' })
    const ana = await join('Ana')
    await ana.setHand(true)
    await until(() => ana.state.self?.handRaisedAt !== undefined)
    await ana.leave()
    expect(ana.state.self).not.toHaveProperty('handRaisedAt')
    await ana.join({ roomId: 'room', name: 'Ana' })
    expect(ana.state.self?.handRaisedAt).toBeUndefined()
  })
})

describe('a reaction', () => {
  it('is told to everyone who is there, and kept by nobody', async () => {
    const { join, open } = await startCalls()
    const [ana, bo] = [await join('Ana'), await join('Bo')]
    const told: string[] = []
    const stop = [ana, bo].map((client, at) => client.onReaction((from, sign) => told.push(`${at} ${sign} ${from}`)))
    await ana.sendReaction('🎉')
    await until(() => told.length === 2)
    expect(told.sort()).toEqual([`0 🎉 ${idOf(ana)}`, `1 🎉 ${idOf(ana)}`])
    for (const end of stop) end()
    await bo.sendReaction('👍')
    expect(told).toHaveLength(2)
    await expect(open().sendReaction('👍')).rejects.toMatchObject({ code: 'notReady' })
  })
})
