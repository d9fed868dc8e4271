import { jwtVerify, SignJWT } from 'jose'
import { SfuError } from '../../shared/errors.ts'
import type { RoomId } from '../../shared/ids.ts'

/** What a join token says: who may enter which room. */
export type JoinClaims = { roomId: RoomId; name: string }

/** A token opens the door; once inside, its age no longer matters. */
const LIFETIME_SECONDS = 600
const ALGORITHM = 'HS256'
const ISSUER = 'tertulia'
const AUDIENCE = 'tertulia:join'

/** Signs and verifies join tokens (JWT, RFC 7519) with one algorithm and one secret. */
export function createJoinTokens(secret: Uint8Array) {
  return {
    sign: ({ roomId, name }: JoinClaims): Promise<string> =>
      new SignJWT({ room: roomId, name })
        .setProtectedHeader({ alg: ALGORITHM })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(`${LIFETIME_SECONDS}s`)
        .sign(secret),

    /** @throws SfuError `unauthorized`, whatever the reason: the caller learns no more */
    verify: async (token: string): Promise<JoinClaims> => {
      try {
        const { payload } = await jwtVerify(token, secret, {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          audience: AUDIENCE,
          requiredClaims: ['exp', 'room', 'name'],
        })
        if (typeof payload.room !== 'string' || typeof payload.name !== 'string')
          throw new Error('claims of wrong type')
        return { roomId: payload.room as RoomId, name: payload.name }
      } catch (cause) {
        throw new SfuError('unauthorized', undefined, { cause })
      }
    },
  }
}

export type JoinTokens = ReturnType<typeof createJoinTokens>
