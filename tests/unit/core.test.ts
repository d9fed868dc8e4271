import { describe, expect, it } from 'vitest'
import { defaultAnnouncedAddresses } from '../../server/core/announcedAddresses.ts'
import { announceCandidates } from '../../server/core/candidates.ts'
import { deathsInARow, isTrusted, respawnDelayMs } from '../../server/core/respawn.ts'
import {
  diffSubscriptions,
  MOST_CONSUMED,
  MOST_FIRST_VIDEOS,
  planSubscriptions,
} from '../../server/core/subscriptions.ts'
import { listenInfos } from '../../server/media/listenInfos.ts'
import type { PeerId, ProducerId } from '../../shared/ids.ts'
import type { IceCandidate, Source } from '../../shared/media.ts'

const candidate = (protocol: 'udp' | 'tcp', ip: string): IceCandidate => ({
  foundation: 'x',
  priority: 1,
  address: ip,
  ip,
  protocol,
  port: 44444,
  type: 'host',
  ...(protocol === 'tcp' ? { tcpType: 'passive' as const } : {}),
})

describe('announceCandidates', () => {
  const listening = [
    candidate('udp', '0.0.0.0'),
    candidate('tcp', '0.0.0.0'),
    candidate('udp', '::'),
    candidate('tcp', '::'),
  ]

  it('makes one candidate for each address and each protocol of its family', () => {
    const announced = announceCandidates(listening, ['192.0.2.7', '2001:db8::7', 'call.example'])
    expect(announced.map(({ protocol, address }) => `${protocol} ${address}`)).toEqual([
      'udp 192.0.2.7',
      'tcp 192.0.2.7',
      'udp 2001:db8::7',
      'tcp 2001:db8::7',
      'udp call.example',
      'tcp call.example',
    ])
  })

  it('gives each its own foundation and priority: UDP first, then in the order of the list', () => {
    const announced = announceCandidates(listening, ['192.0.2.7', '198.51.100.7'])
    expect(new Set(announced.map(({ foundation }) => foundation)).size).toBe(announced.length)
    const ranked = [...announced].sort((a, b) => b.priority - a.priority)
    expect(ranked.map(({ protocol, address }) => `${protocol} ${address}`)).toEqual([
      'udp 192.0.2.7',
      'udp 198.51.100.7',
      'tcp 192.0.2.7',
      'tcp 198.51.100.7',
    ])
    for (const { priority } of announced) expect(priority).toBeLessThan(2 ** 32)
  })

  it('never shows the address that it listens on', () => {
    expect(announceCandidates(listening, ['2001:db8::7']).map(({ ip }) => ip)).toEqual(['2001:db8::7', '2001:db8::7'])
    expect(announceCandidates([candidate('udp', '0.0.0.0')], ['2001:db8::7'])).toEqual([])
  })
})

describe('defaultAnnouncedAddresses', () => {
  const entry = (address: string, internal = false) => ({
    address,
    internal,
    family: address.includes(':') ? ('IPv6' as const) : ('IPv4' as const),
    netmask: '',
    mac: '',
    cidr: null,
    scopeid: 0,
  })

  it('announces the networks of the machine, IPv4 first, and loopback last', () => {
    const interfaces = {
      lo: [entry('127.0.0.1', true), entry('::1', true)],
      eth0: [entry('2001:db8::7'), entry('fe80::1'), entry('192.0.2.7')],
      wlan0: [entry('198.51.100.7'), entry('169.254.3.4')],
    }
    expect(defaultAnnouncedAddresses(interfaces)).toEqual(['192.0.2.7', '198.51.100.7', '2001:db8::7', '127.0.0.1'])
  })

  it('announces loopback alone on a machine without a network', () => {
    expect(defaultAnnouncedAddresses({ lo: [entry('127.0.0.1', true)], gone: undefined })).toEqual(['127.0.0.1'])
  })

  it('listens for IPv6 only where there is any', () => {
    const families = (interfaces: Parameters<typeof listenInfos>[1]) =>
      listenInfos(44444, interfaces).map(({ protocol, ip, port }) => `${protocol} ${ip} ${port}`)
    expect(families({ lo: [entry('127.0.0.1', true)] })).toEqual(['udp 0.0.0.0 44444', 'tcp 0.0.0.0 44444'])
    expect(families({ lo: [entry('::1', true)] })).toHaveLength(4)
  })
})

describe('a worker that dies', () => {
  it.each([
    ['the first', 0, 0, 1, 0],
    ['the second, soon after', 1, 500, 2, 500],
    ['the third', 2, 19_999, 3, 2000],
    ['the fourth', 3, 0, 4, 5000],
    ['the fifth', 4, 0, 5, 15_000],
    ['one of very many', 99, 0, 100, 15_000],
    ['one that had lived for long', 99, 20_000, 1, 0],
  ])('is followed by another: %s', (_, before, livedMs, deaths, delayMs) => {
    expect(deathsInARow(before, livedMs)).toBe(deaths)
    expect(respawnDelayMs(deaths)).toBe(delayMs)
  })

  it.each([
    [0, 0, true],
    [2, 0, true],
    [3, 0, false],
    [3, 19_999, false],
    [3, 20_000, true],
    [50, 60_000, true],
  ])('after %i deaths in a row, the next one that has lived for %i ms is trusted: %s', (deaths, livedMs, trusted) => {
    expect(isTrusted(deaths, livedMs)).toBe(trusted)
  })
})

describe('planSubscriptions', () => {
  it('is bounded, and sound comes first', () => {
    const published = Array.from({ length: MOST_CONSUMED * 2 }, (_, at) => ({
      producerId: `${at}` as ProducerId,
      peerId: `peer ${at}` as PeerId,
      source: at % 4 === 3 ? ('mic' as const) : ('cam' as const),
      layers: [],
    }))
    const tiles = published.map(({ peerId }) => ({ peerId, source: 'cam' as const, width: 160, height: 90 }))
    const wanted = planSubscriptions({ peerId: 'me' as PeerId, mode: 'all', viewport: { tiles } }, published)
    expect(wanted).toHaveLength(MOST_CONSUMED)
    expect(wanted.filter(({ source }) => source === 'mic')).toHaveLength(MOST_CONSUMED / 2)
  })

  const published = (['mic', 'cam', 'screen', 'screenAudio'] as Source[]).flatMap((source) =>
    ['ana', 'ben'].map((peer) => ({
      producerId: `${peer}-${source}` as ProducerId,
      peerId: peer as PeerId,
      source,
      layers: [],
    })),
  )
  type Options = {
    tiles?: { peerId: string; source: 'cam' | 'screen' }[]
    mode?: 'all' | 'audioOnly' | 'nothing'
    voices?: string[]
  }
  const plan = ({ tiles, mode = 'all', voices }: Options) =>
    planSubscriptions(
      {
        peerId: 'ben' as PeerId,
        mode,
        viewport: tiles && {
          tiles: tiles.map((tile) => ({ ...tile, peerId: tile.peerId as PeerId, width: 1, height: 1 })),
        },
      },
      published,
      voices && new Set(voices as PeerId[]),
    ).map(({ producerId }) => producerId)

  it.each<[string, Options, string[]]>([
    ['everything of the others before the first report', {}, ['ana-mic', 'ana-cam', 'ana-screen', 'ana-screenAudio']],
    ['sound only with nothing on screen', { tiles: [] }, ['ana-mic', 'ana-screenAudio']],
    ['the tiles on screen', { tiles: [{ peerId: 'ana', source: 'cam' }] }, ['ana-mic', 'ana-cam', 'ana-screenAudio']],
    ['never oneself', { tiles: [{ peerId: 'ben', source: 'cam' }] }, ['ana-mic', 'ana-screenAudio']],
    ['sound only in audio-only mode', { mode: 'audioOnly' }, ['ana-mic', 'ana-screenAudio']],
    ['nothing when nothing is to be received', { mode: 'nothing' }, []],
    ['no voice that is not forwarded', { tiles: [], voices: ['eva'] }, ['ana-screenAudio']],
    ['the voices that are', { tiles: [], voices: ['ana'] }, ['ana-mic', 'ana-screenAudio']],
  ])('wants %s', (_, options, wanted) => {
    expect(plan(options)).toEqual(wanted)
  })

  it('wants a few small pictures before the first report, screens before cameras', () => {
    const layers = [90, 180, 360].map((height) => ({ width: height * 2, height }))
    const crowd = Array.from({ length: 40 }, (_, at) => `p${at}` as PeerId).flatMap((peerId) =>
      (peerId === 'p30' ? (['cam', 'screen'] as const) : (['cam'] as const)).map((source) => ({
        producerId: `${peerId}-${source}` as ProducerId,
        peerId,
        source,
        layers: source === 'cam' ? layers : layers.slice(2),
      })),
    )
    const wanted = planSubscriptions({ peerId: 'p0' as PeerId, mode: 'all', viewport: undefined }, crowd)
    expect(wanted).toHaveLength(MOST_FIRST_VIDEOS)
    expect(wanted.map(({ producerId }) => producerId)).toContain('p30-screen')
    expect(wanted.map(({ peerId }) => peerId)).not.toContain('p0')
    expect(new Set(wanted.map(({ demand }) => demand?.spatialLayer))).toEqual(new Set([0]))
    expect(planSubscriptions({ peerId: 'p0' as PeerId, mode: 'audioOnly', viewport: undefined }, crowd)).toEqual([])
  })

  it('adds what is missing and removes what is too much', () => {
    const [first, second] = published
    if (!first || !second) throw new Error('no fixture')
    const consumed = new Set([second.producerId, 'gone' as ProducerId])
    expect(diffSubscriptions([first, second], consumed)).toEqual({ add: [first], remove: ['gone'] })
    expect(diffSubscriptions([], new Set())).toEqual({ add: [], remove: [] })
  })
})
