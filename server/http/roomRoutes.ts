import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { PasswordSchema, RulesPatchSchema, TicketSchema } from '../../shared/access.ts'
import { SfuError } from '../../shared/errors.ts'
import {
  DisplayNameSchema,
  type Identity,
  inLowerCase,
  isDisplayName,
  type NodeId,
  type RoomId,
  RoomIdSchema,
} from '../../shared/ids.ts'
import type { RtpCapabilities } from '../../shared/media.ts'
import type { CreatedRoom, Placement } from '../../shared/protocol.ts'
import { randomRoomId } from '../../shared/roomNames.ts'
import type { Passwords } from '../auth/passwords.ts'
import type { JoinClaims, Tokens } from '../auth/tokens.ts'
import type { Cluster } from '../cluster/Cluster.ts'
import type { AddressRates } from '../lib/AddressRates.ts'
import { networkOf } from '../lib/clientAddress.ts'
import { DEFAULT_RULES, newTruth } from '../rooms/RoomMemory.ts'
import type { RoomRegistry } from '../rooms/RoomRegistry.ts'
import type { RoomStore } from '../store/RoomStore.ts'
import { Guesses } from './Guesses.ts'
import { createGuestEntry, hashSecret } from './guestEntry.ts'
import { createNodeChoice } from './nodeChoice.ts'

const closed = { additionalProperties: false } as const
const Params = Compile(Type.Object({ roomId: RoomIdSchema }, closed))

/** One of `token`, `ticket`, `invite`, or what a guest has. */
const JoinBodySchema = Type.Object(
  {
    /** Not needed with a token or ticket: those name who comes. */
    name: Type.Optional(DisplayNameSchema),
    password: Type.Optional(PasswordSchema),
    hostSecret: Type.Optional(Type.String({ maxLength: 128 })),
    invite: Type.Optional(TicketSchema),
    ticket: Type.Optional(TicketSchema),
    token: Type.Optional(TicketSchema),
    region: Type.Optional(Type.String({ maxLength: 64 })),
  },
  closed,
)
const JoinBody = Compile(JoinBodySchema)
/** What somebody brings, and the network that they come from. */
type Credentials = Static<typeof JoinBodySchema> & { address: string }

const CreateBody = Compile(
  Type.Object(
    {
      /** Only for those who need a key or token to make rooms: others would learn which names are taken. */
      roomId: Type.Optional(RoomIdSchema),
      password: Type.Optional(PasswordSchema),
      rules: Type.Optional(RulesPatchSchema),
    },
    closed,
  ),
)

/** A room that nobody has been in yet waits for its meeting for so long, milliseconds. */
const UNUSED_ROOM_MS = 30 * 24 * 3600 * 1000

type Options = {
  registry: RoomRegistry
  cluster: Cluster
  store: RoomStore
  tokens: Tokens
  passwords: Passwords
  rtpCapabilities: RtpCapabilities
  rates: AddressRates
  /** How many rooms an address may make, where anyone may: each is kept for a month. */
  creationRates: AddressRates
  creation: { by: 'anyone' | 'key' | 'integrator'; key: string | undefined }
  now: () => number
}

/** Makes rooms, and exchanges what somebody has (a link, a password, a token) for the place to connect to. */
export function registerRoomRoutes(app: FastifyInstance, options: Options): void {
  const { registry, store, tokens, passwords, rtpCapabilities, creation, rates, now } = options
  const chooseFor = createNodeChoice(options.cluster)
  const visitorsOpenRooms = creation.by === 'anyone'
  const guestEntry = createGuestEntry({
    registry,
    passwords,
    visitorsOpenRooms,
    guesses: new Guesses({ now: () => performance.now() }),
  })

  app.post('/api/v1/rooms', async (request, reply): Promise<CreatedRoom> => {
    if (!rates.take(networkOf(request.ip))) throw new SfuError('tooMany')
    registry.assertOpen()
    await checkCreator(request.headers.authorization)
    if (visitorsOpenRooms && !options.creationRates.take(networkOf(request.ip)))
      throw new SfuError('tooMany', 'too many rooms were made; try again in a minute')
    const body = request.body ?? {}
    if (!CreateBody.Check(body) || (body.roomId !== undefined && visitorsOpenRooms))
      throw new SfuError(
        'invalidInput',
        'a room may have a password and rules; a name only where making rooms needs a key',
      )
    const roomId = inLowerCase(body.roomId ?? randomRoomId())
    const hostSecret = randomToken()
    const truth = newTruth({
      rules: { ...DEFAULT_RULES, ...body.rules },
      ...(body.password !== undefined && { passwordHash: await passwords.hash(body.password) }),
      hostSecretHash: hashSecret(hostSecret),
      ownerless: false,
    })
    if (!(await store.create(roomId, truth, now() + UNUSED_ROOM_MS))) throw new SfuError('conflict')
    reply.code(201).header('cache-control', 'no-store')
    return { roomId, guestLink: `/r/${roomId}`, hostLink: `/r/${roomId}#host=${hostSecret}` }
  })

  app.post('/api/v1/rooms/:roomId/join', async (request, reply): Promise<Placement> => {
    const address = networkOf(request.ip)
    if (!rates.take(address)) throw new SfuError('tooMany')
    if (!Params.Check(request.params))
      throw new SfuError('invalidInput', 'a room is named by 1 to 64 letters, digits, - and _')
    if (!JoinBody.Check(request.body)) throw new SfuError('invalidInput', 'these are no credentials')
    reply.header('cache-control', 'no-store')
    const roomId = inLowerCase(request.params.roomId)
    const { token, visited } = await tokenFor(roomId, { ...request.body, address })
    const nodes = await chooseFor({ roomId, region: request.body.region, visited })
    return { ...nodes, token, rtpCapabilities, iceServers: [] }
  })

  /** @throws SfuError `unauthorized` */
  async function checkCreator(authorization = ''): Promise<void> {
    if (creation.by === 'anyone') return
    const bearer = /^Bearer (\S+)$/.exec(authorization)?.[1] ?? ''
    if (creation.by === 'key' && isSame(bearer, creation.key ?? '')) return
    if (creation.by === 'integrator' && (await tokens.verifyApi(bearer)).roomCreate === true) return
    throw new SfuError('unauthorized')
  }

  /** Also where the visit is that it continues, if it does. */
  async function tokenFor(roomId: RoomId, body: Credentials): Promise<{ token: string; visited?: NodeId | undefined }> {
    const ready = body.token ?? body.ticket
    if (ready !== undefined) {
      const claims = await tokens.verifyJoin(ready)
      if (claims.roomId !== roomId) throw new SfuError('unauthorized')
      return { token: ready, visited: claims.ticket?.node }
    }
    const { name } = body
    if (name === undefined || !isDisplayName(name))
      throw new SfuError('invalidInput', 'a name has 1 to 64 visible characters')
    const guest = { roomId, identity: `guest:${randomUUID()}` as Identity, name: name.trim(), grants: {} }
    return { token: await tokens.signJoin({ ...guest, ...(await credentialOf(roomId, body)) }) }
  }

  async function credentialOf(
    roomId: RoomId,
    { invite, password, hostSecret, address }: Credentials,
  ): Promise<Pick<JoinClaims, 'epoch' | 'role' | 'invite'>> {
    if (invite === undefined) return await guestEntry(roomId, { password, hostSecret, address })
    const { roomId: invitedTo, epoch, role, id, expiresAt, by } = await tokens.verifyInvite(invite)
    if (invitedTo !== roomId) throw new SfuError('unauthorized')
    return { epoch, role, invite: { id, expiresAt, by } }
  }
}

/** 128 bits, fit for a link. */
const randomToken = () => randomBytes(16).toString('hex')

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(hashSecret(given)), Buffer.from(hashSecret(wanted))]
  return timingSafeEqual(a, b)
}
