import { describe, expect, it } from 'vitest'
import { IDLE } from '../../client/sdk/clientState.ts'
import type { ClientState, PeerView, PublishedTrack } from '../../client/sdk/types.ts'
import { announcementsFor } from '../../client/ui/model/announcements.ts'
import { callTiles } from '../../client/ui/model/callTiles.ts'
import { viewportOf } from '../../client/ui/model/viewportOf.ts'
import type { PeerId, ProducerId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'

const NOTHING = { cam: undefined, micOn: false }
const track = (name: string) => ({ name }) as unknown as MediaStreamTrack

describe('the tiles of a call', () => {
  it('are the screens, oneself, then the others as they joined', () => {
    const ana = person('ana', { cam: {}, screen: {} })
    const ben = person('ben', {})
    const tiles = callTiles(callOf([ana, ben]), NOTHING)
    expect(tiles.map(({ key }) => key)).toEqual(['ana:screen', 'self:cam', 'ana:cam', 'ben:cam'])
  })

  it('show no picture of a camera that is off, nor a microphone that is muted', () => {
    const picture = track('ana')
    const on = person('ana', { cam: { track: picture }, mic: {} })
    const off = person('ben', { cam: { track: track('ben'), paused: true }, mic: { paused: true } })
    const [, ana, ben] = callTiles(callOf([on, off]), NOTHING)
    expect(ana).toMatchObject({ track: picture, micOn: true })
    expect(ben).toMatchObject({ track: undefined, micOn: false })
  })

  it('say who speaks, oneself only while not muted', () => {
    const call = { ...callOf([person('ana', { mic: {}, screen: {} })]), speakers: ['ana', 'me'] as PeerId[] }
    const speaking = (micOn: boolean) =>
      callTiles(call, { ...NOTHING, micOn }).flatMap((tile) => (tile.speaking ? [tile.key] : []))
    expect(speaking(true)).toEqual(['self:cam', 'ana:cam'])
    expect(speaking(false)).toEqual(['ana:cam'])
  })

  it.each([
    ['all', undefined, undefined, undefined],
    ['audioOnly', 'audioOnly', undefined, undefined],
    ['nothing', 'nothing', 'nothing', undefined],
  ] as const)('say what is not received in mode %s, of those who send something', (mode, ana, ben, eva) => {
    const people = [
      person('ana', { cam: {}, mic: {} }),
      person('ben', { cam: { paused: true }, mic: {} }),
      person('eva', { mic: { paused: true } }),
    ]
    const tiles = callTiles({ ...callOf(people), reception: { mode } }, NOTHING)
    expect(tiles.map(({ withheld }) => withheld)).toEqual([undefined, ana, ben, eva])
  })

  it('are reported in device pixels, without one’s own', () => {
    const tiles = callTiles(callOf([person('ana', { screen: {} })]), NOTHING)
    const place = { x: 0, y: 0, width: 100.5, height: 60 }
    expect(
      viewportOf(
        tiles.map((tile) => ({ tile, place })),
        2,
      ),
    ).toEqual([
      { peerId: 'ana', source: 'screen', width: 201, height: 120 },
      { peerId: 'ana', source: 'cam', width: 201, height: 120 },
    ])
  })
})

describe('what is announced', () => {
  const alone = callOf([])
  const withAna = callOf([person('ana', {})])
  const withScreen = callOf([person('ana', { screen: {} })])

  it.each([
    ['someone joins', alone, withAna, ['ana has joined']],
    ['someone leaves', withAna, alone, ['ana has left']],
    ['a screen is shared', withAna, withScreen, ['ana shares a screen']],
    ['a screen is no longer shared', withScreen, withAna, ['ana no longer shares a screen']],
    ['nothing happens', withAna, withAna, []],
    ['one arrives oneself', { ...alone, connection: 'connecting' as const }, withAna, ['You are in the call']],
    ['one is back', { ...alone, connection: 'reconnecting' as const }, withAna, ['Connected again']],
    ['the connection is lost', withAna, { ...alone, connection: 'reconnecting' as const }, []],
  ])('when %s', (_when, before, after, expected) => {
    expect(announcementsFor(before, after)).toEqual(expected)
  })
})

function person(
  id: string,
  published: Partial<Record<Source, { paused?: boolean; track?: MediaStreamTrack }>>,
): PeerView {
  const entries = Object.entries(published).map(([source, entry]): [string, PublishedTrack] => [
    source,
    { source: source as Source, producerId: `${id}-${source}` as ProducerId, paused: false, ...entry },
  ])
  return { id: id as PeerId, name: id, joinedAt: 0, published: Object.fromEntries(entries) }
}

function callOf(peers: PeerView[]): ClientState {
  const self = person('me', {})
  return { ...IDLE, connection: 'connected', self, peers }
}
