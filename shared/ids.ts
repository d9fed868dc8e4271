/** Branded identifiers: strings that the type checker keeps apart, each with the schema that guards the door. */
import { type TSchema, Type } from 'typebox'

type Brand<Name extends string> = string & { readonly __brand: Name }

export type RoomId = Brand<'RoomId'>
export type PeerId = Brand<'PeerId'>
export type TransportId = Brand<'TransportId'>
export type ProducerId = Brand<'ProducerId'>
export type ConsumerId = Brand<'ConsumerId'>
export type ChatMessageId = Brand<'ChatMessageId'>

/** A room's name as it stands in its link: letters, digits, `-` and `_`, at most 64. */
export const ROOM_ID_PATTERN = '^[A-Za-z0-9_-]{1,64}$'

const brandedString = <T extends string>(schema: TSchema) => Type.Unsafe<T>(schema)
/** mediasoup's ids are UUIDs (RFC 9562). */
const uuid = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' })

export const RoomIdSchema = brandedString<RoomId>(Type.String({ pattern: ROOM_ID_PATTERN }))
export const PeerIdSchema = brandedString<PeerId>(uuid)
export const TransportIdSchema = brandedString<TransportId>(uuid)
export const ProducerIdSchema = brandedString<ProducerId>(uuid)
export const ConsumerIdSchema = brandedString<ConsumerId>(uuid)
export const ChatMessageIdSchema = brandedString<ChatMessageId>(uuid)

/**
 * What a person is called, 1 to 64 characters: no control characters, no direction overrides (Unicode `Cc`, `Cf`),
 * since a name is shown to others.
 */
export const DisplayNameSchema = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^(?!\\s*$)[^\\u0000-\\u001f\\u007f-\\u009f\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff]+$',
})
