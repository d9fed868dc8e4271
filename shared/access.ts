/** Who may be in a room and do what there: roles, named permissions, a room's rules. */
import { type Static, Type } from 'typebox'
import { DisplayNameSchema, PeerIdSchema } from './ids.ts'
import { type Source, SourceSchema, VideoCodecSchema } from './media.ts'

const closed = { additionalProperties: false } as const

/** From the least to the most that somebody may do. */
export const ROLES = ['listener', 'speaker', 'moderator', 'host'] as const
export const RoleSchema = Type.Enum([...ROLES])
export type Role = (typeof ROLES)[number]

/** Named permissions; each request of the contract needs one of them. `server/core/permissions.ts` says who has which. */
export const ACTIONS = [
  'join',
  'leave',
  'publish',
  'subscribe',
  'chat',
  'raiseHand',
  'react',
  'mutePeers',
  'stopShares',
  'admitPeers',
  'removePeers',
  'banPeers',
  'moderateChat',
  'changeRoles',
  'changeRules',
  'invite',
  'endCall',
] as const
export const ActionSchema = Type.Enum([...ACTIONS])
export type Action = (typeof ACTIONS)[number]

/** What a token allows; absent means allowed. The names are those of LiveKit's VideoGrant. */
export type Grants = {
  readonly canPublish?: boolean
  readonly canPublishSources?: readonly Source[]
  readonly canSubscribe?: boolean
  readonly canPublishData?: boolean
  /** In nobody's list of people; receives only. */
  readonly hidden?: boolean
  readonly maxTracks?: number
}

/** A room's password, as it is typed. */
export const PasswordSchema = Type.String({ minLength: 1, maxLength: 128 })

/** What holds for everyone in a room; its moderators change it. */
const rules = {
  /** Nobody new gets in but hosts and moderators; who has been in may come back. */
  locked: Type.Boolean(),
  /** Who is new waits until somebody lets them in. */
  lobby: Type.Boolean(),
  /** Who is new comes in with the microphone muted, and needs permission to speak. */
  muteOnEntry: Type.Boolean(),
  chat: Type.Enum(['everyone', 'moderators', 'off']),
  /** How many people there may be. */
  maxPeers: Type.Integer({ minimum: 1, maximum: 1000 }),
}
export const RoomRulesSchema = Type.Object(rules, closed)
export type RoomRules = Static<typeof RoomRulesSchema>

export const RulesPatchSchema = Type.Partial(RoomRulesSchema, closed)
export type RulesPatch = Static<typeof RulesPatchSchema>

/** What holds for a whole room, as the people in it see it. */
export const RoomViewSchema = Type.Object(
  {
    ...rules,
    hasPassword: Type.Boolean(),
    /** What to send video in now; who cannot encode it sends VP8. */
    videoCodec: VideoCodecSchema,
  },
  closed,
)
export type RoomView = Static<typeof RoomViewSchema>

/** What a peer may do now. */
export const SelfSchema = Type.Object(
  {
    role: RoleSchema,
    actions: Type.Array(ActionSchema),
    /** What may be published at all. */
    sources: Type.Array(SourceSchema),
    /** What others have muted: it stays so until they allow it again. */
    forcedMute: Type.Array(SourceSchema),
  },
  closed,
)
export type SelfView = Static<typeof SelfSchema>

/** Somebody in the lobby. */
export const WaitingSchema = Type.Object(
  {
    peerId: PeerIdSchema,
    name: DisplayNameSchema,
    /** Milliseconds since 1970, by the server's clock. */
    since: Type.Integer({ minimum: 0 }),
  },
  closed,
)
export type Waiting = Static<typeof WaitingSchema>

/** Somebody who is not let in any more. */
export const BanSchema = Type.Object(
  {
    /** As which they were banned. */
    peerId: PeerIdSchema,
    name: DisplayNameSchema,
    /** What they were then: who may do nothing to them may not let them in again. */
    role: RoleSchema,
    /** Milliseconds since 1970, by the server's clock. */
    since: Type.Integer({ minimum: 0 }),
  },
  closed,
)
export type Ban = Static<typeof BanSchema>

/** Of more than these the latest are listed. */
export const MOST_BANS_LISTED = 200

/** Signed by the server, kept by the client: whoever holds it comes back as the same peer. */
export const TicketSchema = Type.String({ minLength: 1, maxLength: 4096 })
