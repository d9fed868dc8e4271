/** Branded identifiers: strings that the type checker keeps apart, each with the schema that guards the door. */
import { type TSchema, Type } from 'typebox'

type Brand<Name extends string> = string & { readonly __brand: Name }

export type RoomId = Brand<'RoomId'>
export type PeerId = Brand<'PeerId'>
/** A server process of a cluster, as its operator has named it. */
export type NodeId = Brand<'NodeId'>
export type TransportId = Brand<'TransportId'>
export type ProducerId = Brand<'ProducerId'>
export type ConsumerId = Brand<'ConsumerId'>
export type ChatMessageId = Brand<'ChatMessageId'>
/** Who somebody is, over all of their connections; from the token (`sub`), never from a message. */
export type Identity = Brand<'Identity'>

/** A room's name as it stands in its link: letters, digits, `-` and `_`, at most 64. */
export const ROOM_ID_PATTERN = '^[A-Za-z0-9_-]{1,64}$'

const brandedString = <T extends string>(schema: TSchema) => Type.Unsafe<T>(schema)
/** mediasoup's ids are UUIDs (RFC 9562). */
const uuid = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' })

export const RoomIdSchema = brandedString<RoomId>(Type.String({ pattern: ROOM_ID_PATTERN }))
/** A link that was typed or read out may have capitals; it is the same room. */
export const inLowerCase = (roomId: RoomId): RoomId => roomId.toLowerCase() as RoomId

export const NodeIdSchema = brandedString<NodeId>(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$' }))
export const PeerIdSchema = brandedString<PeerId>(uuid)
export const TransportIdSchema = brandedString<TransportId>(uuid)
export const ProducerIdSchema = brandedString<ProducerId>(uuid)
export const ConsumerIdSchema = brandedString<ConsumerId>(uuid)
export const IdentitySchema = brandedString<Identity>(Type.String({ pattern: '^[\\x21-\\x7e]{1,128}$' }))
export const ChatMessageIdSchema = brandedString<ChatMessageId>(uuid)

/** What a person is called: 1 to 64 characters; what else it must be is for {@link isDisplayName}. */
export const DisplayNameSchema = Type.String({ minLength: 1, maxLength: 64 })

/** Control characters, surrogates that stand alone, line separators, and marks that turn text around (all of `Cf` but joiners). */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/u
/** Something that can be seen: neither space nor mark nor one of the blank letters. */
const VISIBLE = /[^\p{Z}\p{C}\p{M}\u115f\u1160\u2800\u3164\uffa0]/u

/** Whether a name can be shown to others: something is visible, and nothing disturbs the text around it. */
export const isDisplayName = (name: string): boolean => VISIBLE.test(name) && !FORBIDDEN.test(name)
