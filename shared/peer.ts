/** How one peer looks to the others. */
import { type Static, Type } from 'typebox'
import { RoleSchema } from './access.ts'
import { DisplayNameSchema, PeerIdSchema, ProducerIdSchema } from './ids.ts'
import { SourceSchema } from './media.ts'

const closed = { additionalProperties: false } as const

export const PublishedSchema = Type.Object(
  {
    producerId: ProducerIdSchema,
    source: SourceSchema,
    /** Muted by its owner: the producer exists, no packet of it is forwarded. */
    paused: Type.Boolean(),
  },
  closed,
)

export const PeerSchema = Type.Object(
  {
    id: PeerIdSchema,
    name: DisplayNameSchema,
    /** When the peer joined, milliseconds since 1970 by the server's clock; it gives everyone the same order. */
    joinedAt: Type.Integer({ minimum: 0 }),
    published: Type.Array(PublishedSchema, { maxItems: 4 }),
    role: RoleSchema,
    /** What others have muted: only they can allow it again. */
    forcedMute: Type.Array(SourceSchema),
    /** Since when the hand is up, milliseconds since 1970; absent while it is down. It gives the order of hands. */
    handRaisedAt: Type.Optional(Type.Integer({ minimum: 0 })),
    /** How what the peer sends reaches the server; absent while it is good. */
    uplink: Type.Optional(Type.Enum(['fair', 'poor', 'lost'])),
    /** Its signalling is interrupted: it may come back, and is seen and heard meanwhile if media gets through. */
    connection: Type.Optional(Type.Enum(['reconnecting'])),
  },
  closed,
)

export type Published = Static<typeof PublishedSchema>
export type PeerSnapshot = Static<typeof PeerSchema>
