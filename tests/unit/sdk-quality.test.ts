import { describe, expect, it } from 'vitest'
import { qualitiesIn, settledQualities } from '../../client/sdk/callQuality.ts'
import { type CallRates, lossOf, ratesBetween } from '../../client/sdk/callRates.ts'
import { IDLE } from '../../client/sdk/clientState.ts'
import { type PeerMeasures, type Quality, rateOwnQuality, rateQuality } from '../../client/sdk/rateQuality.ts'
import type { CallStats, ClientState, PeerView, TrackStats } from '../../client/sdk/types.ts'
import type { PeerId, ProducerId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'

const fine: PeerMeasures = {
  uplink: undefined,
  loss: 0,
  silent: false,
  missingLayers: 0,
  withoutPicture: false,
  limited: false,
}

describe('the quality of somebody else', () => {
  it.each<[string, Partial<PeerMeasures>, Quality]>([
    ['good', {}, { level: 'good' }],
    ['good with little loss', { loss: 0.03 }, { level: 'good' }],
    ['good when nothing was measured', { loss: undefined }, { level: 'good' }],
    ['fair: loss', { loss: 0.05 }, { level: 'fair', reason: 'loss', loss: 0.05 }],
    ['poor: loss', { loss: 0.2 }, { level: 'poor', reason: 'loss', loss: 0.2 }],
    ['fair: their uplink', { uplink: 'fair' }, { level: 'fair', reason: 'theirUplink' }],
    [
      'poor: their uplink, from which the loss comes',
      { uplink: 'poor', loss: 0.2 },
      { level: 'poor', reason: 'theirUplink' },
    ],
    ['poor: loss, more than their uplink', { uplink: 'fair', loss: 0.2 }, { level: 'poor', reason: 'loss', loss: 0.2 }],
    ['lost: their uplink', { uplink: 'lost', silent: true }, { level: 'lost', reason: 'theirUplink' }],
    ['lost: nothing comes', { silent: true }, { level: 'lost', reason: 'nothingComes' }],
    ['fair: small picture', { missingLayers: 1 }, { level: 'fair', reason: 'downlinkShort' }],
    ['fair: small picture by choice', { missingLayers: 2, limited: true }, { level: 'fair', reason: 'ownLimit' }],
    [
      'lost: no room for the picture',
      { missingLayers: 1, withoutPicture: true },
      { level: 'lost', reason: 'downlinkShort' },
    ],
  ])('is %s', (_, measures, expected) => {
    expect(rateQuality({ ...fine, ...measures })).toEqual(expected)
  })
})

describe('the own quality', () => {
  it.each([
    ['good', { loss: 0, short: false, roundTripSeconds: 0.05 }, { level: 'good' }],
    ['unknown, so good', { loss: undefined, short: false, roundTripSeconds: undefined }, { level: 'good' }],
    [
      'fair: loss',
      { loss: 0.08, short: true, roundTripSeconds: 0.05 },
      { level: 'fair', reason: 'uplinkLoss', loss: 0.08 },
    ],
    ['fair: slow', { loss: 0, short: false, roundTripSeconds: 0.5 }, { level: 'fair', reason: 'slow' }],
    ['poor: slow', { loss: 0.05, short: false, roundTripSeconds: 1 }, { level: 'poor', reason: 'slow' }],
    ['fair: short', { loss: 0, short: true, roundTripSeconds: 0 }, { level: 'fair', reason: 'uplinkShort' }],
  ])('is %s', (_, measures, expected) => {
    expect(rateOwnQuality(measures)).toEqual(expected)
  })
})

type Stream = TrackStats['streams'][number]
const id = (name: string) => name as PeerId
const stream = (packets: number, more: Partial<Stream> = {}): Stream => ({
  ssrc: 1,
  packets,
  bytes: packets * 100,
  ...more,
})
const track = (name: string, source: Source, streams: Stream[], more: Partial<TrackStats> = {}): TrackStats => ({
  peerId: id(name),
  source,
  streams,
  ...more,
})
const reading = (takenAt: number, received: TrackStats[], sent: TrackStats[] = []): CallStats => ({
  takenAt,
  worker: 3,
  sent,
  received,
  transports: [],
})

describe('rates', () => {
  it('are what has grown, by the second', () => {
    const rates = ratesBetween(
      reading(1000, [track('ana', 'cam', [stream(100, { packetsLost: 1, framesDecoded: 10, packetsRepaired: 2 })])]),
      reading(3000, [
        track('ana', 'cam', [
          stream(300, { packetsLost: 3, framesDecoded: 70, packetsRepaired: 5, codec: 'video/VP8', frameWidth: 640 }),
        ]),
      ]),
    )
    expect(rates).toMatchObject({ worker: 3, sent: [] })
    expect(rates.received[0]?.streams).toEqual([
      { ssrc: 1, packets: 200, lost: 5, bitrate: 80_000, framesPerSecond: 30, codec: 'video/VP8', frameWidth: 640 },
    ])
  })

  it('leave out what has just begun, and count nothing that went back', () => {
    const rates = ratesBetween(
      reading(0, [track('ana', 'mic', [stream(50, { packetsLost: 4 })])]),
      reading(1000, [
        track('ana', 'mic', [stream(100, { packetsLost: 2 })]),
        track('ana', 'cam', [stream(5, { ssrc: 2 })]),
      ]),
    )
    expect(rates.received.map(({ streams }) => streams.map(({ lost }) => lost))).toEqual([[0], []])
  })

  it('say which part is lost, if enough was sent', () => {
    expect(lossOf([{ packets: 90, lost: 10 }])).toBe(0.1)
    expect(lossOf([{ packets: 10, lost: 5 }])).toBeUndefined()
  })
})

describe('the people of a call', () => {
  const person = (
    name: string,
    published: Partial<Record<Source, boolean>>,
    more: Partial<PeerView> = {},
  ): PeerView => ({
    id: id(name),
    name,
    joinedAt: 0,
    published: Object.fromEntries(
      Object.entries(published).map(([source, paused]) => [
        source,
        { source: source as Source, producerId: `${name}-${source}` as ProducerId, paused },
      ]),
    ),
    ...more,
  })
  const rates = (tracks: TrackStats[], sent: TrackStats[] = []): CallRates => {
    const nothingOf = (all: TrackStats[]) =>
      all.map((each) => ({ ...each, streams: each.streams.map(() => stream(0)) }))
    return ratesBetween(reading(0, nothingOf(tracks), nothingOf(sent)), reading(2000, tracks, sent))
  }
  const state = (peers: PeerView[], more: Partial<ClientState> = {}): ClientState => ({
    ...IDLE,
    self: person('me', {}),
    peers,
    ...more,
  })

  it('are rated by what comes from each', () => {
    const qualities = qualitiesIn(
      state([
        person('ana', { mic: false, cam: false }),
        person('ben', { mic: false }),
        person('eva', { mic: true }),
        person('max', { cam: false }, { uplink: 'poor' }),
        person('liu', { screen: false }),
      ]),
      rates(
        [
          track('ana', 'cam', [stream(100)], { layers: { current: 0, wanted: 2 } }),
          track('ana', 'mic', [stream(100)]),
          track('ben', 'mic', [stream(0)]),
          track('eva', 'mic', [stream(0)]),
          track('max', 'cam', [stream(100)]),
          track('liu', 'screen', [stream(0)]),
        ],
        [track('me', 'mic', [stream(92, { packetsLost: 8 })])],
      ),
    )
    const words = [...qualities].map(([who, { level, reason }]) => `${who} ${level} ${reason ?? ''}`.trim())
    expect(words).toEqual([
      'ana fair downlinkShort',
      'ben lost nothingComes',
      'eva good',
      'max poor theirUplink',
      'liu good',
      'me fair uplinkLoss',
    ])
  })

  it.each([
    ['short, when all that the network carries is used', 200_000, 'uplinkShort'],
    ['not short, while it would carry more', 800_000, undefined],
  ])('have an uplink that is %s', (_, availableOutgoingBitrate, reason) => {
    const { sent, ...rest } = rates([], [track('me', 'cam', [stream(500, { limitedBy: 'bandwidth' })])])
    const transports = [{ direction: 'send', state: 'connected', availableOutgoingBitrate }] as const
    expect(qualitiesIn(state([]), { ...rest, sent, transports }).get(id('me'))?.reason).toBe(reason)
  })

  it('are shown as they were measured twice in a row', () => {
    const good: Quality = { level: 'good' }
    const lossy = (loss: number): Quality => ({ level: 'fair', reason: 'loss', loss })
    const one = (quality: Quality) => new Map([[id('ana'), quality]])
    expect(settledQualities(new Map(), new Map(), one(good))).toEqual(new Map())
    expect(settledQualities(one(good), one(good), one(lossy(0.05)))).toEqual(one(good))
    expect(settledQualities(one(good), one(lossy(0.05)), one(lossy(0.06)))).toEqual(one(lossy(0.06)))
    expect(settledQualities(one(good), one(good), new Map())).toEqual(new Map())
  })
})
