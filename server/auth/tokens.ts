import { randomUUID } from 'node:crypto'
import { type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { type Role, RoleSchema } from '../../shared/access.ts'
import { SfuError } from '../../shared/errors.ts'
import {
  type Identity,
  IdentitySchema,
  isDisplayName,
  type NodeId,
  NodeIdSchema,
  type PeerId,
  PeerIdSchema,
  type RoomId,
} from '../../shared/ids.ts'
import { type Source, SourceSchema } from '../../shared/media.ts'
import { type Admission, readVideoGrant, toAdmission, toVideoGrant, type VideoGrant } from './videoGrant.ts'

/** Whoever holds it comes back as the same peer. */
export type TicketClaims = {
  peerId: PeerId
  /** What was muted when it was issued, by the peer and by others. */
  muted: readonly Source[]
  forcedMute: readonly Source[]
  /** Where the peer is. */
  node?: NodeId
  /** Which of the peer's visits it was issued for. */
  visit?: string | undefined
}

/** What a token or ticket says of who holds it. */
export type JoinClaims = Admission & {
  identity: Identity
  name: string
  /** Milliseconds since 1970. */
  issuedAt: number
  /** Of the room that it is for: it does not open a later one of the same name. Absent: any of that name. */
  epoch?: string
  /** The invite that it was made of; its first use is its last. */
  invite?: { id: string; expiresAt: number; by: Identity }
  ticket?: TicketClaims
}

export type InviteClaims = { roomId: RoomId; epoch: string; role: Role; id: string; expiresAt: number; by: Identity }

/** A token opens the door; once inside, its age no longer matters. */
const JOIN_SECONDS = 600
const INVITE_SECONDS = 24 * 3600
/** Integrators choose how long theirs live, up to this. */
const LONGEST_SECONDS = 24 * 3600
const LONGEST_TOKEN = 4096

const ALGORITHM = 'HS256'
const ISSUER = 'tertulia'
const JOIN = 'tertulia:join'
const INVITE = 'tertulia:invite'
const TICKET = 'tertulia:ticket'
const API = 'tertulia:api'
const NODE = 'tertulia:node'

/** How long a node may be believed to be itself, and how long it shows the same token. */
const NODE_SECONDS = 60
const NODE_TOKEN_KEPT_MS = 30_000
/** By so much the clocks of nodes, and of who makes tokens for them, may differ: what is a moment old elsewhere may be of the future here. */
const CLOCK_TOLERANCE_SECONDS = 10

const IdentityCheck = Compile(IdentitySchema)
const NodeIdCheck = Compile(NodeIdSchema)
const RoleCheck = Compile(RoleSchema)
const sources = Type.Array(SourceSchema, { maxItems: 4 })
const TicketCheck = Compile(
  Type.Object({
    peerId: PeerIdSchema,
    muted: sources,
    forcedMute: sources,
    node: Type.Optional(NodeIdSchema),
    visit: Type.Optional(Type.String({ maxLength: 64 })),
  }),
)
const EpochCheck = Compile(Type.String({ minLength: 1, maxLength: 64 }))
const InviteCheck = Compile(
  Type.Object({ id: Type.String({ maxLength: 64 }), expiresAt: Type.Integer(), by: IdentitySchema }),
)

/**
 * Signs and verifies all tokens (JWT, RFC 7519): one algorithm, an audience for each kind, so that none can be taken for
 * another.
 *
 * @param secrets the first signs, all verify: so they can be changed without a break
 * @param ticketSeconds how long a ticket is valid
 */
export function createTokens(secrets: readonly Uint8Array[], { ticketSeconds }: { ticketSeconds: number }) {
  const [signing] = secrets
  if (!signing) throw new Error('no secret')

  const sign = (audience: string, seconds: number, payload: JWTPayload): Promise<string> =>
    new SignJWT(payload)
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(ISSUER)
      .setAudience(audience)
      .setIssuedAt()
      .setJti(payload.jti ?? randomUUID())
      .setExpirationTime(`${seconds}s`)
      .sign(signing)

  /** @throws SfuError `unauthorized`, whatever the reason: the caller learns no more */
  async function verify<T>(token: string, audience: string[], read: (payload: JWTPayload) => T): Promise<T> {
    let cause: unknown = new Error('too long')
    if (token.length > LONGEST_TOKEN) throw new SfuError('unauthorized', undefined, { cause })
    for (const secret of secrets) {
      try {
        const options = {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          audience,
          maxTokenAge: LONGEST_SECONDS,
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
        }
        const { payload } = await jwtVerify(token, secret, { ...options, requiredClaims: ['exp', 'iat'] })
        // The tolerance is for what comes from the future; what is over is over.
        if ((payload.exp ?? 0) * 1000 <= Date.now()) throw new Error('it has expired')
        return read(payload)
      } catch (error) {
        cause = error
      }
    }
    throw new SfuError('unauthorized', undefined, { cause })
  }

  let ofNode: { nodeId: NodeId; token: Promise<string>; until: number } | undefined

  return {
    signJoin: ({
      identity,
      name,
      epoch,
      invite,
      ...admission
    }: Omit<JoinClaims, 'issuedAt' | 'ticket'>): Promise<string> =>
      sign(JOIN, JOIN_SECONDS, {
        sub: identity,
        name,
        epoch,
        video: toVideoGrant(admission),
        ...(invite && { invite }),
      }),

    signTicket: ({
      identity,
      name,
      epoch,
      ticket,
      ...admission
    }: Omit<JoinClaims, 'issuedAt' | 'invite'>): Promise<string> =>
      sign(TICKET, ticketSeconds, { sub: identity, name, epoch, video: toVideoGrant(admission), ticket }),

    signInvite: async ({ roomId, epoch, role, by }: Omit<InviteClaims, 'id' | 'expiresAt'>) => ({
      invite: await sign(INVITE, INVITE_SECONDS, { sub: by, epoch, video: { room: roomId, role } }),
      expiresAt: Date.now() + INVITE_SECONDS * 1000,
    }),

    /** What opens the socket: a join token, or a ticket in its place. */
    verifyJoin: (token: string): Promise<JoinClaims> => verify(token, [JOIN, TICKET], readJoin),

    verifyInvite: (token: string): Promise<InviteClaims> => verify(token, [INVITE], readInvite),

    /** What an integrator may do over HTTP. */
    verifyApi: (token: string): Promise<VideoGrant> => verify(token, [API], ({ video }) => readVideoGrant(video)),

    /** With what a node shows to another that it is one. */
    signNode: async (nodeId: NodeId): Promise<string> => {
      const now = performance.now()
      if (ofNode?.nodeId !== nodeId || ofNode.until <= now)
        ofNode = { nodeId, token: sign(NODE, NODE_SECONDS, { sub: nodeId }), until: now + NODE_TOKEN_KEPT_MS }
      return await ofNode.token
    },

    /** Which node it is. */
    verifyNode: (token: string): Promise<NodeId> => verify(token, [NODE], readNode),
  }
}

export type Tokens = ReturnType<typeof createTokens>

function readJoin({ aud, sub, name = sub, iat = 0, epoch, video, invite, ticket }: JWTPayload): JoinClaims {
  if (!IdentityCheck.Check(sub)) throw new Error('the claim sub is no identity')
  if (typeof name !== 'string' || name.length > 64 || !isDisplayName(name)) throw new Error('the claim name is no name')
  const isTicket = aud === TICKET
  if (epoch !== undefined && !EpochCheck.Check(epoch)) throw new Error('the claim epoch is none')
  if (isTicket && (epoch === undefined || !TicketCheck.Check(ticket))) throw new Error('not a ticket')
  if (invite !== undefined && !InviteCheck.Check(invite)) throw new Error('not an invite')
  return {
    ...toAdmission(readVideoGrant(video)),
    identity: sub,
    name,
    issuedAt: iat * 1000,
    ...(epoch !== undefined && { epoch }),
    ...(invite !== undefined && { invite: invite as NonNullable<JoinClaims['invite']> }),
    ...(isTicket && { ticket: ticket as TicketClaims }),
  }
}

function readNode({ sub }: JWTPayload): NodeId {
  if (!NodeIdCheck.Check(sub)) throw new Error('the claim sub is no node')
  return sub
}

function readInvite({ jti, sub, exp = 0, epoch, video }: JWTPayload): InviteClaims {
  const { room, role } = readVideoGrant(video)
  if (room === undefined || !RoleCheck.Check(role) || jti === undefined || !EpochCheck.Check(epoch))
    throw new Error('not an invite')
  if (!IdentityCheck.Check(sub)) throw new Error('nobody has invited')
  return { roomId: room, epoch, role, id: jti, expiresAt: exp * 1000, by: sub }
}
