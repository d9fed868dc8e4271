import { describe, expect, it } from 'vitest'
import { chooseCameras, sameLast, stricter } from '../../server/core/lastN.ts'
import { rememberSpeakers } from '../../server/core/speakers.ts'
import { planSubscriptions } from '../../server/core/subscriptions.ts'
import type { PeerId, ProducerId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'

const people = (text: string) => [...text] as PeerId[]

/** `a b! c9`: three cameras, the second pinned, the third in a tile of nine pixels. */
const camerasOf = (text: string) =>
  text.split(' ').map((camera) => ({
    peerId: camera.charAt(0) as PeerId,
    pinned: camera.includes('!'),
    area: Number(/\d+/.exec(camera)?.[0] ?? 1),
  }))

describe('last-N: whose camera is sent', () => {
  it.each<[string, cameras: string, most: number, lastSpoken: string, sent: string]>([
    ['all, where there are no more', 'a b', 3, '', 'ab'],
    ['none, where none is wanted', 'a b!', 0, 'b', ''],
    ['as they are listed, before anyone has spoken', 'a b c', 2, '', 'ab'],
    ['those who spoke last', 'a b c d', 2, 'dcx', 'cd'],
    ['a pinned one before who speaks', 'a! b c', 2, 'cb', 'ac'],
    ['the largest tiles of those who have not spoken', 'a1 b9 c5', 2, '', 'bc'],
    ['a speaker before a large tile', 'a9 b9 c1', 2, 'c', 'ac'],
    ['several pinned ones by who spoke', 'a! b! c!', 2, 'cb', 'bc'],
  ])('%s', (_, cameras, most, lastSpoken, sent) => {
    const chosen = chooseCameras(camerasOf(cameras), { most, lastSpoken: people(lastSpoken) })
    expect([...chosen].sort().join('')).toBe(sent)
  })

  it('changes when somebody speaks who is not in, and not when it is one who is', () => {
    const cameras = camerasOf('a b c d')
    const sent = (lastSpoken: readonly PeerId[]) => [...chooseCameras(cameras, { most: 2, lastSpoken })].sort().join('')
    const first = rememberSpeakers(people(''), people('ab'))
    const second = rememberSpeakers(first, people('b'))
    const third = rememberSpeakers(second, people('c'))
    expect([first, second, third].map((order) => order.join(''))).toEqual(['ab', 'ba', 'cba'])
    expect([first, second, third].map(sent)).toEqual(['ab', 'ab', 'bc'])
    expect(sameLast(first, second, 2)).toBe(true)
    expect(sameLast(second, third, 2)).toBe(false)
    expect(sameLast(second, third, 3)).toBe(false)
    expect(sameLast(people('ab'), people('a'), 2)).toBe(false)
  })

  it.each([
    [undefined, undefined, undefined],
    [4, undefined, 4],
    [undefined, 2, 2],
    [4, 2, 2],
    [0, 2, 0],
  ])('the room says %s and the viewer %s: %s', (room, viewer, most) => {
    expect(stricter(room, viewer)).toBe(most)
  })

  it('counts cameras that are on and on screen, and neither screens nor voices', () => {
    const producer = (id: string, source: Source, more = {}) => ({
      producerId: `${id}-${source}` as ProducerId,
      peerId: id as PeerId,
      source,
      layers: [],
      ...more,
    })
    const published = [
      producer('a', 'cam', { paused: true }),
      producer('b', 'cam'),
      producer('c', 'cam'),
      producer('d', 'cam'),
      producer('d', 'screen'),
      producer('d', 'mic'),
    ]
    const tile = (peerId: string, source: 'cam' | 'screen') => ({
      peerId: peerId as PeerId,
      source,
      width: 9,
      height: 9,
    })
    const viewport = { tiles: [tile('a', 'cam'), tile('b', 'cam'), tile('c', 'cam'), tile('d', 'screen')] }
    const viewer = { peerId: 'me' as PeerId, viewport, mode: 'all' as const }
    const plan = (lastN?: { most: number; lastSpoken: PeerId[] }) =>
      planSubscriptions({ ...viewer, lastN }, published).map(({ producerId }) => producerId)
    expect(plan()).toEqual(['a-cam', 'b-cam', 'c-cam', 'd-screen', 'd-mic'])
    // d speaks but its camera is not on screen; a is off and takes nobody's place.
    expect(plan({ most: 1, lastSpoken: people('dc') })).toEqual(['a-cam', 'c-cam', 'd-screen', 'd-mic'])
    expect(plan({ most: 0, lastSpoken: [] })).toEqual(['a-cam', 'd-screen', 'd-mic'])
  })

  it('goes on with what has been replaced for those who have it, and for nobody else', () => {
    const cam = (id: string, more = {}) => ({
      producerId: id as ProducerId,
      peerId: 'a' as PeerId,
      source: 'cam' as const,
      layers: [],
      ...more,
    })
    const published = [cam('new'), cam('old', { superseded: true })]
    const plan = (...consumed: string[]) =>
      planSubscriptions(
        { peerId: 'me' as PeerId, viewport: undefined, mode: 'all', consumed: new Set(consumed as ProducerId[]) },
        published,
      ).map(({ producerId }) => producerId)
    expect(plan()).toEqual(['new'])
    expect(plan('old')).toEqual(['new', 'old'])
    expect(plan('new')).toEqual(['new'])
  })
})
