import { describe, expect, it } from 'vitest'
import { isRoomId, roomIdFromText, roomName } from '../../client/ui/model/roomId.ts'
import { isLocalHost, parseRoute } from '../../client/ui/model/route.ts'
import { ROOM_ID_PATTERN, type RoomId } from '../../shared/ids.ts'
import { randomRoomId } from '../../shared/roomNames.ts'

describe('names of rooms', () => {
  it.each(['a', 'A-b_9', 'x'.repeat(64), '', 'x'.repeat(65), 'ä', 'a b', 'a/b', 'a.b'])(
    'are checked as the contract does: %o',
    (text) => {
      expect(isRoomId(text)).toBe(new RegExp(ROOM_ID_PATTERN).test(text))
    },
  )

  it('are random, readable and fit for a link', () => {
    const ids = new Set(Array.from({ length: 1000 }, () => randomRoomId()))
    expect(ids.size).toBe(1000)
    for (const id of ids) expect(id).toMatch(/^([0-9a-hjkmnp-tv-z]{5}-){4}[0-9a-hjkmnp-tv-z]{5}$/)
  })

  it.each([
    ['Friday coffee', 'friday-coffee'],
    ['  Café  am  Montag! ', 'cafe-am-montag'],
    ['https://meet.example/r/K7-pq_2?name=Ana', 'k7-pq_2'],
    ['https://meet.example/r/team/', 'team'],
    ['x'.repeat(80), 'x'.repeat(64)],
    [`${'x'.repeat(63)} y`, 'x'.repeat(63)],
    ['커피', undefined],
    ['  !! ', undefined],
    ['', undefined],
  ])('are made of what a person types: %o', (typed, expected) => {
    expect(roomIdFromText(typed)).toBe(expected)
  })
})

describe('what people call a room', () => {
  it('is nothing where the name is only there to be guessed by nobody', () => {
    expect(roomName(randomRoomId())).toBeUndefined()
    expect(roomName('friday-coffee' as RoomId)).toBe('friday-coffee')
    expect(roomName('abcde-fghjk-mnpqr-stvwx' as RoomId)).toBe('abcde-fghjk-mnpqr-stvwx')
  })
})

describe('a link to this computer alone', () => {
  it.each([
    ['localhost', true],
    ['meet.localhost', true],
    ['127.0.0.1', true],
    ['[::1]', true],
    ['192.168.1.5', false],
    ['localhost.example', false],
    ['meet.example', false],
  ])('%s: %s', (hostname, expected) => expect(isLocalHost(hostname)).toBe(expected))
})

describe('addresses', () => {
  it.each([
    ['/', '', { view: 'home' }],
    ['/r/team', '', { view: 'room', roomId: 'team', name: '', autojoin: false, mic: true, cam: true }],
    [
      '/r/team/',
      '?name=Ana%20Lima&autojoin=1&cam=0&mic=0',
      { view: 'room', roomId: 'team', name: 'Ana Lima', autojoin: true, mic: false, cam: false },
    ],
    [
      '/r/team',
      '?region=eu',
      { view: 'room', roomId: 'team', name: '', autojoin: false, mic: true, cam: true, region: 'eu' },
    ],
    ['/r/Team-A', '', { view: 'room', roomId: 'team-a', name: '', autojoin: false, mic: true, cam: true }],
    ['/r/', '', { view: 'notFound' }],
    ['/r/a.b', '', { view: 'notFound' }],
    ['/r/a/b', '', { view: 'notFound' }],
    ['/other', '', { view: 'notFound' }],
  ])('%s%s', (pathname, search, expected) => {
    expect(parseRoute({ pathname, search })).toEqual(expected)
  })
})
