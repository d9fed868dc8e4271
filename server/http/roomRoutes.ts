import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { SfuError } from '../../shared/errors.ts'
import { DisplayNameSchema, isDisplayName, RoomIdSchema } from '../../shared/ids.ts'
import type { RtpCapabilities } from '../../shared/media.ts'
import type { Placement } from '../../shared/protocol.ts'
import type { JoinTokens } from '../auth/joinToken.ts'
import type { AddressRates } from '../lib/AddressRates.ts'
import { networkOf } from '../lib/clientAddress.ts'

const Params = Compile(Type.Object({ roomId: RoomIdSchema }, { additionalProperties: false }))
const Body = Compile(Type.Object({ name: DisplayNameSchema }, { additionalProperties: false }))

type Options = { joinTokens: JoinTokens; rtpCapabilities: RtpCapabilities; rates: AddressRates }

/** Placement: exchanges a room's link and a name for the place to connect to and a token that opens it. */
export function registerRoomRoutes(app: FastifyInstance, { joinTokens, rtpCapabilities, rates }: Options): void {
  app.post('/api/v1/rooms/:roomId/join', async (request, reply): Promise<Placement> => {
    if (!rates.take(networkOf(request.ip))) throw new SfuError('tooMany')
    if (!Params.Check(request.params))
      throw new SfuError('invalidInput', 'a room is named by 1 to 64 letters, digits, - and _')
    const body = request.body
    if (!Body.Check(body) || !isDisplayName(body.name))
      throw new SfuError('invalidInput', 'a name has 1 to 64 visible characters')
    reply.header('cache-control', 'no-store')
    return {
      nodeUrl: '',
      token: await joinTokens.sign({ roomId: request.params.roomId, name: body.name.trim() }),
      rtpCapabilities,
      iceServers: [],
    }
  })
}
