import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { type Grants, type Role, RoleSchema } from '../../shared/access.ts'
import { inLowerCase, type RoomId, RoomIdSchema } from '../../shared/ids.ts'
import { SOURCES, type Source } from '../../shared/media.ts'

/** LiveKit's names of the sources. */
const SOURCE_NAMES = {
  mic: 'microphone',
  cam: 'camera',
  screen: 'screen_share',
  screenAudio: 'screen_share_audio',
} as const

/**
 * The claim `video` of a token: LiveKit's VideoGrant (https://docs.livekit.io/home/get-started/authentication/) as far
 * as it applies here, and `role`, `lobby`, `maxTracks`. What is absent is allowed; names that mean nothing here are
 * passed over.
 */
const VideoGrantSchema = Type.Object({
  roomJoin: Type.Optional(Type.Boolean()),
  roomCreate: Type.Optional(Type.Boolean()),
  roomAdmin: Type.Optional(Type.Boolean()),
  room: Type.Optional(RoomIdSchema),
  canPublish: Type.Optional(Type.Boolean()),
  canPublishSources: Type.Optional(Type.Array(Type.Enum(Object.values(SOURCE_NAMES)), { maxItems: 16 })),
  canSubscribe: Type.Optional(Type.Boolean()),
  canPublishData: Type.Optional(Type.Boolean()),
  hidden: Type.Optional(Type.Boolean()),
  role: Type.Optional(RoleSchema),
  lobby: Type.Optional(Type.Boolean()),
  maxTracks: Type.Optional(Type.Integer({ minimum: 0, maximum: SOURCES.length })),
})
const VideoGrantCheck = Compile(VideoGrantSchema)

export type VideoGrant = Static<typeof VideoGrantSchema>

/** What a token says about one room. */
export type Admission = { roomId: RoomId; role?: Role; lobby?: boolean; grants: Grants }

/** The room's name comes in lower case, as everywhere here. @throws Error if it is not one */
export function readVideoGrant(claim: unknown): VideoGrant {
  if (!VideoGrantCheck.Check(claim)) throw new Error('the claim video is not a grant')
  return claim.room === undefined ? claim : { ...claim, room: inLowerCase(claim.room) }
}

/** @throws Error if it lets nobody into a room */
export function toAdmission({
  roomJoin,
  room,
  role,
  roomAdmin,
  lobby,
  canPublishSources,
  ...grants
}: VideoGrant): Admission {
  if (roomJoin !== true || room === undefined) throw new Error('the token lets nobody in')
  const ownRole = role ?? (roomAdmin === true ? 'moderator' : undefined)
  const sources = canPublishSources && SOURCES.filter((source) => canPublishSources.includes(SOURCE_NAMES[source]))
  const { canPublish, canSubscribe, canPublishData, hidden, maxTracks } = grants
  return {
    roomId: room,
    ...(ownRole && { role: ownRole }),
    ...(lobby !== undefined && { lobby }),
    grants: defined({ canPublish, canPublishSources: sources, canSubscribe, canPublishData, hidden, maxTracks }),
  }
}

export function toVideoGrant({ roomId, role, lobby, grants }: Admission): VideoGrant {
  const { canPublishSources, ...others } = grants
  const names = canPublishSources?.map((source: Source) => SOURCE_NAMES[source])
  return defined({ roomJoin: true, room: roomId, role, lobby, ...others, canPublishSources: names })
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

const defined = <T extends object>(object: T): Partial<Defined<T>> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<Defined<T>>
