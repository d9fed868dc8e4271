import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideEntry, type Entrant } from '../../server/core/admission.ts'
import { can, mayChangeRole, mayPublish, outranks, rightsOf } from '../../server/core/permissions.ts'
import { nextHost } from '../../server/core/succession.ts'
import { type Grants, ROLES, type Role } from '../../shared/access.ts'
import { SOURCES } from '../../shared/media.ts'
import { REQUEST_STATES, REQUESTS, type RequestName } from '../../shared/requests.ts'

/** Who may make a request in the room (from which role on), and whether it is answered elsewhere. Written by hand. */
const EXPECTED: Record<RequestName, { joined?: Role; elsewhere?: string }> = {
  warmUp: { elsewhere: 'waiting' },
  join: { elsewhere: 'waiting warm' },
  resume: { elsewhere: 'waiting' },
  leave: { joined: 'listener', elsewhere: 'lobby' },
  connectTransport: { joined: 'listener', elsewhere: 'warm' },
  restartIce: { joined: 'listener', elsewhere: 'warm' },
  produce: { joined: 'speaker' },
  pauseProducer: { joined: 'speaker' },
  resumeProducer: { joined: 'speaker' },
  closeProducer: { joined: 'speaker' },
  resumeConsumers: { joined: 'listener' },
  sendChat: { joined: 'listener' },
  setHand: { joined: 'listener' },
  sendReaction: { joined: 'listener' },
  hintVoice: { joined: 'speaker' },
  setReception: { joined: 'listener', elsewhere: 'warm' },
  setViewport: { joined: 'listener', elsewhere: 'warm' },
  setForcedMute: { joined: 'moderator' },
  stopShare: { joined: 'moderator' },
  admitPeer: { joined: 'moderator' },
  refusePeer: { joined: 'moderator' },
  moveToLobby: { joined: 'moderator' },
  removePeer: { joined: 'moderator' },
  banPeer: { joined: 'moderator' },
  listBans: { joined: 'moderator' },
  liftBan: { joined: 'moderator' },
  setRole: { joined: 'moderator' },
  deleteChatMessage: { joined: 'moderator' },
  setRules: { joined: 'moderator' },
  setPassword: { joined: 'moderator' },
  createInvite: { joined: 'moderator' },
  endCall: { joined: 'host' },
}

/** What a token that takes this away forbids. Written by hand. */
const TAKEN: Record<string, { grants: Grants; requests: RequestName[] }> = {
  canPublish: {
    grants: { canPublish: false },
    requests: ['produce', 'pauseProducer', 'resumeProducer', 'closeProducer', 'hintVoice'],
  },
  canSubscribe: { grants: { canSubscribe: false }, requests: ['resumeConsumers', 'setReception', 'setViewport'] },
  canPublishData: { grants: { canPublishData: false }, requests: ['sendChat', 'setHand', 'sendReaction'] },
  hidden: {
    grants: { hidden: true },
    requests: [
      'produce',
      'pauseProducer',
      'resumeProducer',
      'closeProducer',
      'hintVoice',
      'sendChat',
      'setHand',
      'sendReaction',
    ],
  },
}

const everyone = { chat: 'everyone' } as const
const NAMES = Object.keys(REQUESTS) as RequestName[]
const rank = (role: Role) => ROLES.indexOf(role)

describe('the table of permissions', () => {
  it('has a row for each request of the contract, and no other', () => {
    expect(Object.keys(EXPECTED).sort()).toEqual([...NAMES].sort())
  })

  it.each(NAMES)('%s', (name) => {
    const { joined, elsewhere = '' } = EXPECTED[name]
    for (const role of ROLES)
      for (const state of [...REQUEST_STATES, 'ended'] as const) {
        const expected =
          state === 'joined' ? joined !== undefined && rank(role) >= rank(joined) : elsewhere.includes(state)
        const session = { state, rights: rightsOf(role, {}, everyone) }
        expect(can(session, REQUESTS[name]), `${role} in ${state}`).toBe(expected)
        for (const [grant, { grants, requests }] of Object.entries(TAKEN)) {
          const less = { state, rights: rightsOf(role, grants, everyone) }
          expect(can(less, REQUESTS[name]), `${role} in ${state} without ${grant}`).toBe(
            expected && !requests.includes(name),
          )
        }
      }
  })

  it('lets who waits in the lobby leave, and do nothing else', () => {
    const rights = rightsOf('host', {}, everyone)
    expect(NAMES.filter((name) => can({ state: 'lobby', rights }, REQUESTS[name]))).toEqual(['leave'])
  })

  it('closes the chat for all, or for all but those who moderate it', () => {
    const chatters = (chat: 'everyone' | 'moderators' | 'off') =>
      ROLES.filter((role) => rightsOf(role, {}, { chat }).actions.has('chat'))
    expect(chatters('everyone')).toEqual([...ROLES])
    expect(chatters('moderators')).toEqual(['moderator', 'host'])
    expect(chatters('off')).toEqual([])
  })
})

describe('what may be published', () => {
  const speaker = (grants: Grants) => rightsOf('speaker', grants, everyone)
  const nothing = { published: 0, forcedMute: new Set<never>() }

  it('is what role and token allow', () => {
    expect([...speaker({}).sources]).toEqual([...SOURCES])
    expect([...speaker({ canPublishSources: ['mic'] }).sources]).toEqual(['mic'])
    expect([...speaker({ canPublish: false }).sources]).toEqual([])
    expect([...rightsOf('listener', {}, everyone).sources]).toEqual([])
    expect(mayPublish(speaker({ canPublishSources: ['mic'] }), { source: 'cam', paused: true }, nothing)).toBe(false)
  })

  it('is bounded in number, and stays muted where others have muted it', () => {
    const one = speaker({ maxTracks: 1 })
    expect(mayPublish(one, { source: 'mic', paused: false }, nothing)).toBe(true)
    expect(mayPublish(one, { source: 'mic', paused: false }, { ...nothing, published: 1 })).toBe(false)
    const forcedMute = new Set(['mic'] as const)
    expect(mayPublish(speaker({}), { source: 'mic', paused: false }, { published: 0, forcedMute })).toBe(false)
    expect(mayPublish(speaker({}), { source: 'mic', paused: true }, { published: 0, forcedMute })).toBe(true)
    expect(mayPublish(speaker({}), { source: 'cam', paused: false }, { published: 0, forcedMute })).toBe(true)
  })
})

describe('one over the other', () => {
  const role = fc.constantFrom(...ROLES)

  it('is who has the higher role, and a host over anyone', () => {
    expect(outranks('moderator', 'speaker')).toBe(true)
    expect(outranks('moderator', 'moderator')).toBe(false)
    expect(outranks('moderator', 'host')).toBe(false)
    expect(outranks('host', 'host')).toBe(true)
  })

  it('never makes others more than oneself, nor touches those above', () => {
    fc.assert(
      fc.property(role, role, role, (one, from, to) => {
        const may = mayChangeRole(one, from, to)
        if (may) expect(rank(from) <= rank(one) && rank(to) <= rank(one)).toBe(true)
        if (one !== 'host' && (from === one || to === one)) expect(may).toBe(false)
        if (one === 'host') expect(may).toBe(true)
      }),
    )
  })
})

describe('entry', () => {
  const open = { locked: false, lobby: false, maxPeers: 10 }
  const guest: Entrant = {
    role: 'speaker',
    banned: false,
    removed: false,
    returning: false,
    admitted: false,
    heldInLobby: false,
    lobby: false,
  }

  it.each([
    ['a guest into an open room', {}, {}, 0, 'in'],
    ['a guest into a locked room', {}, { locked: true }, 0, 'roomLocked'],
    ['a guest into a full room', {}, {}, 10, 'roomFull'],
    ['a guest where somebody has to open', {}, { lobby: true }, 0, 'inLobby'],
    ['a guest whose token wants somebody to open', { lobby: true }, {}, 0, 'inLobby'],
    ['a guest who was let in', { admitted: true }, { lobby: true }, 0, 'in'],
    [
      'a guest who was let in, and the room then locked',
      { admitted: true },
      { lobby: true, locked: true },
      0,
      'roomLocked',
    ],
    ['a host', { role: 'host' }, { locked: true, lobby: true, maxPeers: 1 }, 5, 'in'],
    ['who comes back', { returning: true }, { locked: true, lobby: true, maxPeers: 1 }, 5, 'in'],
    ['who comes back after being put into the lobby', { returning: true, heldInLobby: true }, {}, 0, 'inLobby'],
    ['who comes back after being removed', { returning: true, removed: true }, {}, 0, 'unauthorized'],
    ['who is banned, whatever else', { returning: true, role: 'host', banned: true, admitted: true }, {}, 0, 'banned'],
  ] as const)('of %s', (_, entrant, rules, peers, verdict) => {
    expect(decideEntry({ ...guest, ...entrant }, { ...open, ...rules }, peers)).toBe(verdict)
  })
})

describe('the next host', () => {
  const peer = (role: Role, joinedAt: number, hidden = false) => ({ role, joinedAt, hidden })
  it('is the moderator who has been there longest, else the speaker', () => {
    const [old, mod, young] = [peer('speaker', 1), peer('moderator', 9), peer('moderator', 12)]
    expect(nextHost([young, old, mod])).toBe(mod)
    expect(nextHost([peer('speaker', 5), old])).toBe(old)
    expect(nextHost([peer('listener', 1), peer('speaker', 2, true)])).toBeUndefined()
  })
})
