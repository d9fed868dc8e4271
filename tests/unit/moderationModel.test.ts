/** Whatever people do to each other, in whatever order: what must always hold in a room. */
import fc from 'fast-check'
import { pino } from 'pino'
import { it } from 'vitest'
import { LocalCluster } from '../../server/cluster/LocalCluster.ts'
import { atLeast } from '../../server/core/permissions.ts'
import { Entrance } from '../../server/rooms/Entrance.ts'
import { OtherNodes } from '../../server/rooms/OtherNodes.ts'
import type { Peer, PeerSession } from '../../server/rooms/Peer.ts'
import { Room } from '../../server/rooms/Room.ts'
import { newTruth, RoomMemory } from '../../server/rooms/RoomMemory.ts'
import { SqliteRoomStore } from '../../server/store/SqliteRoomStore.ts'
import { ROLES, type Role } from '../../shared/access.ts'
import { SfuError } from '../../shared/errors.ts'
import type { Identity, PeerId, RoomId } from '../../shared/ids.ts'
import { FakeMedia } from '../support/FakeMedia.ts'
import { fullCapabilities, opusParameters } from '../support/rtp.ts'

const NAMES = ['ana', 'ben', 'cy', 'dan'] as const
type Name = (typeof NAMES)[number]

type OwnStep = { do: 'join' | 'leave' | 'publish' | 'mute' | 'unmute'; who: Name }
type StepOnOther =
  | { do: 'force' | 'allow' | 'ban' | 'liftBan' | 'remove' | 'moveToLobby'; who: Name; whom: Name }
  | { do: 'role'; who: Name; whom: Name; role: Role }
type Step = OwnStep | StepOnOther

const DEEDS = { ban: 'banPeer', remove: 'removePeer', moveToLobby: 'moveToLobby' } as const

const name = fc.constantFrom(...NAMES)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('join', 'join', 'leave', 'publish', 'mute', 'unmute'), who: name }),
  fc.record({
    do: fc.constantFrom('force', 'allow', 'ban', 'liftBan', 'remove', 'moveToLobby'),
    who: name,
    whom: name,
  }),
  fc.record({ do: fc.constant('role'), who: name, whom: name, role: fc.constantFrom(...ROLES) }),
)

/** Everyone is there and heard; Ana, the first, is host. */
const START = NAMES.flatMap((who): Step[] => [
  { do: 'join', who },
  { do: 'publish', who },
])

/** A room whose members only the test moves. */
async function openRoom() {
  const media = await new FakeMedia().openRoom()
  const log = pino({ level: 'silent' })
  const store = SqliteRoomStore.open({ file: ':memory:', now: () => 0, graceMs: 0 })
  const id = 'r' as RoomId
  const stored = { truth: newTruth({ ownerless: true }), members: new Map(), chat: [] }
  await store.create(id, stored.truth, 1)
  const link = await new LocalCluster().openRoom()
  const memory = new RoomMemory({ id, stored, store, link, log })
  const entrance = new Entrance({ memory, others: new OtherNodes(), link })
  const settings = {
    voiceLimits: { allUpTo: 12, forwarded: 9 },
    videoCodec: 'vp8',
    screenShares: 'many',
    videoLastN: undefined,
  } as const
  const membership = { duplicateIdentity: 'replace', hostGraceMs: undefined, resumeMaxMs: 0 } as const
  // Somebody is issued a new token each time, later than any removal.
  let clock = 0
  const now = () => ++clock
  const room = new Room({ id, media, entrance, membership, settings, log, now })
  const session: PeerSession = { notify: () => {}, end: () => {} }
  const enter = async (who: Name): Promise<Peer> => {
    const pass = { identity: who as unknown as Identity, grants: {}, issuedAt: now(), returning: false }
    const peerId = who as unknown as PeerId
    const common = { rtpCapabilities: fullCapabilities(), dtlsParameters: undefined, viewport: undefined }
    const { peer } = await room.join({ ...common, peerId, name: who, pass, session, reception: undefined })
    return peer
  }
  const close = () => {
    room.close('roomClosed')
    store.close()
  }
  return { room, media, entrance, enter, close }
}

it('a room keeps to its rules', { timeout: 60_000 }, async () => {
  const counts = { done: 0, refused: 0 }
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (steps) => {
      const { room, media, entrance, enter, close } = await openRoom()
      const here = new Map<Name, Peer>()
      /** Who has said themselves that they are to be heard. */
      const open = new Set<Name>()
      const member = (who: Name) => {
        const peer = here.get(who)
        if (!peer || peer.closed) throw new SfuError('notFound')
        return peer
      }
      const micOf = (who: Name) => {
        const mic = member(who).published.get('mic')
        if (!mic) throw new SfuError('notFound')
        return mic.producerId
      }
      const id = (who: Name) => who as unknown as PeerId

      const run = async (each: Step): Promise<void> => {
        const { moderation, publications } = room
        const { who } = each
        if ('whom' in each) await moderate(each)
        else if (each.do === 'join') {
          here.set(who, await enter(who))
          open.delete(who)
        } else if (each.do === 'leave') room.leave(member(who), 'left')
        else if (each.do === 'publish') {
          const peer = member(who)
          const transportId = peer.media.sendTransport.id
          const mic = { transportId, source: 'mic', rtpParameters: opusParameters(), frame: undefined } as const
          await publications.produce(peer, { ...mic, paused: false, replaces: undefined })
          open.add(who)
        } else if (each.do === 'mute') {
          await publications.setProducerPaused(member(who), micOf(who), true)
          open.delete(who)
        } else {
          await publications.setProducerPaused(member(who), micOf(who), false)
          open.add(who)
        }

        async function moderate(act: StepOnOther) {
          const actor = member(act.who)
          // What dispatch checks before any handler.
          if (!atLeast(actor.role, 'moderator')) throw new SfuError('notAllowed')
          if (act.do === 'liftBan') {
            const { ban } = entrance.memory.member(act.whom as unknown as Identity)
            moderation.liftBan(actor, id(act.whom))
            if (!ban || (actor.role !== 'host' && atLeast(ban.role, actor.role)))
              throw new Error(`${actor.role} let ${ban?.role} in again`)
            return
          }
          const target = room.roster.peer(id(act.whom))
          const before = target?.role
          if (act.do === 'force' || act.do === 'allow')
            await moderation.act('setForcedMute', actor, {
              peerId: id(act.whom),
              source: 'mic',
              muted: act.do === 'force',
            })
          else if (act.do === 'role') await moderation.act('setRole', actor, { peerId: id(act.whom), role: act.role })
          else await moderation.act(DEEDS[act.do], actor, { peerId: id(act.whom) })
          // Nobody got at somebody above, or at their like, unless as host.
          if (before === undefined) throw new Error('done to somebody who is not here')
          if (actor !== target && actor.role !== 'host' && atLeast(before, actor.role))
            throw new Error(`${actor.role} did ${act.do} to ${before}`)
        }
      }

      const check = () => {
        for (const who of NAMES) {
          const peer = room.roster.peer(id(who))
          const { ban, heldInLobby } = entrance.memory.member(who as unknown as Identity)
          if (peer && (ban || heldInLobby)) throw new Error(`${who} is in and must not be`)
          const mic = peer?.published.get('mic')
          if (!peer || !mic) continue
          const isHeard = !mic.paused
          const flows = ![...media.peers].some((each) => each.pausedProducers.has(mic.producerId))
          if (isHeard !== flows) throw new Error(`${who} is shown otherwise than it is`)
          if (isHeard && peer.forcedMute.has('mic')) throw new Error(`${who} is heard in spite of a forced mute`)
          if (isHeard && !open.has(who)) throw new Error(`${who} was unmuted by somebody else`)
          if (!peer.rights.sources.has('mic')) throw new Error(`${who} publishes and may only listen`)
        }
      }

      try {
        for (const each of [...START, ...steps]) {
          try {
            await run(each)
            counts.done++
          } catch (error) {
            if (!(error instanceof SfuError)) throw error
            counts.refused++
          }
          check()
        }
      } finally {
        close()
      }
    }),
    { numRuns: 500 },
  )
  console.log(`moderation: ${counts.done} steps done, ${counts.refused} refused`)
  if (counts.done < 1000 || counts.refused < 1000) throw new Error('the steps say nothing')
})
