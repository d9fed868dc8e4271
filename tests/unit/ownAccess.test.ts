import { describe, expect, it } from 'vitest'
import { IDLE } from '../../client/sdk/clientState.ts'
import type { Access, ClientState } from '../../client/sdk/types.ts'
import { holdOf, lostScreen, ownChanges } from '../../client/ui/model/ownAccess.ts'
import type { PeerId, ProducerId } from '../../shared/ids.ts'

const access = (given: Partial<Access> = {}): Access => ({
  ...IDLE.access,
  role: 'speaker',
  sources: ['mic', 'cam', 'screen', 'screenAudio'],
  ...given,
})
const connected = (given: Partial<Access> = {}): ClientState => ({
  ...IDLE,
  connection: 'connected',
  access: access(given),
})

describe('a device', () => {
  it.each<[string, Access, ReturnType<typeof holdOf>]>([
    ['is free before the join', IDLE.access, undefined],
    ['is free for a speaker', access(), undefined],
    ['is held where somebody has muted it', access({ forcedMute: ['mic'] }), 'muted'],
    ['is held for a listener', access({ role: 'listener', sources: [] }), 'listener'],
    ['is free where another one is muted', access({ forcedMute: ['cam'] }), undefined],
  ])('%s', (_, given, hold) => {
    expect(holdOf('mic', given)).toBe(hold)
  })
})

describe('what is said of oneself', () => {
  const host = connected({ role: 'host' })
  it.each<[string, ClientState, ClientState, string[]]>([
    ['nothing on arrival', IDLE, host, []],
    ['that one comes in muted', IDLE, connected({ forcedMute: ['mic'] }), ['self.mutedNow']],
    ['that one is muted', connected(), connected({ forcedMute: ['mic'] }), ['self.mutedNow']],
    ['that one may speak again', connected({ forcedMute: ['mic'] }), connected(), ['self.micAllowed']],
    ['that the camera goes off', connected(), connected({ forcedMute: ['cam'] }), ['self.camStoppedNow']],
    ['that one is host', connected(), host, ['self.isHost']],
    ['nothing of what stays', host, { ...host, peers: [] }, []],
    ['nothing once it is over', host, IDLE, []],
  ])('%s', (_, before, after, texts) => {
    expect(ownChanges(before, after)).toEqual(texts)
  })
})

describe('a screen that the others get no more', () => {
  const published = { screen: { source: 'screen', producerId: 'p' as ProducerId, paused: false } } as const
  const self = { id: 'a' as PeerId, name: 'Ana', joinedAt: 0, published }
  const sharing = { ...connected(), self }
  const notSharing = { ...connected(), self: { ...self, published: {} } }
  it.each<[string, ClientState, ClientState, boolean]>([
    ['was ended', sharing, notSharing, true],
    ['still goes on', sharing, sharing, false],
    ['was not there yet', notSharing, sharing, false],
    ['waits for the connection', sharing, { ...notSharing, connection: 'reconnecting' }, false],
  ])('%s', (_, before, after, lost) => {
    expect(lostScreen(before, after)).toBe(lost)
  })
})
