/** Messages between people, and the small signs that they give. */
import { type Static, Type } from 'typebox'
import { ChatMessageIdSchema, DisplayNameSchema, PeerIdSchema } from './ids.ts'

const closed = { additionalProperties: false } as const

/** Text as it was typed, never HTML: 1 to 2,000 characters, something visible among them, line breaks allowed. */
export const ChatTextSchema = Type.String({
  minLength: 1,
  maxLength: 2000,
  pattern: '^(?=[\\s\\S]*\\S)[^\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]+$',
})

export const ChatMessageSchema = Type.Object(
  {
    id: ChatMessageIdSchema,
    from: PeerIdSchema,
    /** The sender's name at that time: they may have left since. */
    name: DisplayNameSchema,
    /** Only this peer and the sender see it; without it everyone, also those who join later. */
    to: Type.Optional(PeerIdSchema),
    text: ChatTextSchema,
    /** Milliseconds since 1970, by the server's clock. */
    sentAt: Type.Integer({ minimum: 0 }),
  },
  closed,
)

/** How many public messages who joins later still gets. */
export const CHAT_HISTORY = 200

export const REACTIONS = ['👍', '❤️', '😂', '😮', '👏', '🎉'] as const
export const ReactionSchema = Type.Enum([...REACTIONS])

export type ChatMessage = Static<typeof ChatMessageSchema>
export type Reaction = (typeof REACTIONS)[number]
