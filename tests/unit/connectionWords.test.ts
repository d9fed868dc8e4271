import { describe, expect, it } from 'vitest'
import { AWAY_PATIENCE_MS, bannerOf, MEDIA_PATIENCE_MS } from '../../client/ui/model/connectionBanner.ts'
import { findingOf } from '../../client/ui/model/connectionCheck.ts'

describe('the connection test before the join', () => {
  it.each([
    ['unknown', undefined, undefined],
    ['checking', 'udp', { state: 'checking', text: 'prejoin.checking' }],
    ['ready', undefined, { state: 'ready', text: 'prejoin.ready' }],
    ['ready', 'checking', { state: 'checking', text: 'prejoin.checkingMedia' }],
    ['ready', 'udp', { state: 'ready', text: 'prejoin.mediaUdp' }],
    ['ready', 'tcp', { state: 'limited', text: 'prejoin.mediaTcp' }],
    ['ready', 'none', { state: 'failed', text: 'prejoin.mediaNone' }],
    ['unreachable', 'udp', { state: 'failed', text: 'failure.unreachable' }],
  ] as const)('server %s, media %s', (readiness, mediaPath, finding) => {
    expect(findingOf(readiness, mediaPath)).toEqual(finding)
  })
})

describe('the banner over a call', () => {
  const since = 10_000
  const well = {
    awaySince: undefined,
    endReason: undefined,
    mediaDownSince: undefined,
    serverStopsAt: undefined,
  } as const
  const connected = { ...well, connection: 'connected' } as const

  it.each([
    ['says nothing while all is well', connected, undefined],
    ['says that one is on the way', { ...connected, connection: 'connecting' }, 'connection.connecting'],
    [
      'says that the connection is lost',
      { ...connected, connection: 'reconnecting', endReason: 'disconnected' },
      'connection.reconnecting',
    ],
    [
      'says that the server was stopped on purpose',
      { ...connected, connection: 'reconnecting', endReason: 'serverStopping' },
      'connection.restarting',
    ],
    [
      'says that the server will stop, whatever else is wrong',
      { ...connected, serverStopsAt: since + 30_000, mediaDownSince: 0 },
      'connection.stopping',
    ],
    ['says nothing after the end', { ...connected, connection: 'closed', mediaDownSince: 0 }, undefined],
  ] as const)('%s', (_what, situation, text) => {
    expect(bannerOf(situation, since)).toEqual({ text })
  })

  it('says that sound and picture go on while only the server is out of reach, not of a blink', () => {
    const away = { ...well, connection: 'reconnecting', endReason: 'disconnected', awaySince: since } as const
    expect(bannerOf(away, since + AWAY_PATIENCE_MS - 1)).toEqual({ text: undefined, lookAgainAt: since + 1500 })
    expect(bannerOf(away, since + AWAY_PATIENCE_MS)).toEqual({ text: 'connection.away' })
    expect(bannerOf({ ...away, mediaDownSince: since }, since)).toEqual({ text: 'connection.reconnecting' })
  })

  it('tells of media that does not get through after four seconds, not earlier', () => {
    const down = { ...connected, mediaDownSince: since }
    expect(bannerOf(down, since + MEDIA_PATIENCE_MS - 1)).toEqual({ text: undefined, lookAgainAt: since + 4000 })
    expect(bannerOf(down, since + MEDIA_PATIENCE_MS)).toEqual({ text: 'connection.mediaDown' })
  })
})
