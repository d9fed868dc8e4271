import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { type JWTPayload, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createTokens, type JoinClaims } from '../../server/auth/tokens.ts'
import type { Identity, NodeId, PeerId, RoomId } from '../../shared/ids.ts'

const secret = randomBytes(32)
const tokens = createTokens([secret], { ticketSeconds: 900 })

const claims = {
  roomId: 'r' as RoomId,
  identity: 'ana' as Identity,
  name: 'Ana',
  role: 'moderator',
  lobby: true,
  grants: { canPublish: true, canPublishSources: ['mic', 'screen'], canSubscribe: false, hidden: true, maxTracks: 2 },
} as const satisfies Omit<JoinClaims, 'issuedAt'>

const ticket = {
  peerId: '00000000-0000-4000-8000-000000000000' as PeerId,
  muted: ['mic' as const],
  forcedMute: [],
}

/** A token as an integrator makes it, with whatever is different. */
const sign = (
  payload: JWTPayload = {},
  { key = secret, alg = 'HS256', header = {} }: { key?: Uint8Array; alg?: string; header?: object } = {},
) => {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({
    iss: 'tertulia',
    aud: 'tertulia:join',
    iat: now,
    exp: now + 60,
    sub: 'ana',
    name: 'Ana',
    video: { roomJoin: true, room: 'r' },
    ...payload,
  })
    .setProtectedHeader({ alg, ...header })
    .sign(key)
}

const nodeA = 'a' as NodeId

const place = { roomId: 'r' as RoomId, epoch: 'e', by: 'host' as Identity }

describe('a token of a node', () => {
  it('says which one it is, to other nodes alone', async () => {
    const token = await tokens.signNode(nodeA)
    expect(await tokens.verifyNode(token)).toBe('a')
    expect(await tokens.signNode(nodeA)).toBe(token)
    await expect(tokens.verifyJoin(token)).rejects.toMatchObject({ code: 'unauthorized' })
    await expect(tokens.verifyApi(token)).rejects.toMatchObject({ code: 'unauthorized' })
  })

  it('holds also where clocks differ by some seconds', async () => {
    const now = Math.floor(Date.now() / 1000)
    const ahead = { aud: 'tertulia:node', sub: 'a', iat: now + 5, exp: now + 65 }
    expect(await tokens.verifyNode(await sign(ahead))).toBe('a')
  })

  it.each([
    ['is for somebody who joins', { aud: 'tertulia:join' }],
    ['names no node', { sub: 'a b' }],
    ['is over', { iat: 1, exp: 2 }],
  ])('is refused when it %s', async (_, claims) => {
    await expect(tokens.verifyNode(await sign({ aud: 'tertulia:node', ...claims }))).rejects.toMatchObject({
      code: 'unauthorized',
    })
  })

  it('is refused with another secret', async () => {
    const stranger = createTokens([randomBytes(32)], { ticketSeconds: 900 })
    await expect(tokens.verifyNode(await stranger.signNode(nodeA))).rejects.toMatchObject({ code: 'unauthorized' })
  })
})

describe('a token', () => {
  it('of another node holds also where its clock is some seconds ahead', async () => {
    const now = Math.floor(Date.now() / 1000)
    expect(await tokens.verifyJoin(await sign({ iat: now + 5, exp: now + 65 }))).toMatchObject({ identity: 'ana' })
    await expect(tokens.verifyJoin(await sign({ iat: now + 60, exp: now + 120 }))).rejects.toMatchObject({
      code: 'unauthorized',
    })
  })

  it('comes back as it was signed', async () => {
    const invite = { id: 'i', expiresAt: 9, by: 'host' as Identity }
    expect(await tokens.verifyJoin(await tokens.signJoin({ ...claims, invite }))).toEqual({
      ...claims,
      invite,
      issuedAt: expect.any(Number),
    })
    expect(await tokens.verifyJoin(await tokens.signTicket({ ...claims, epoch: 'e', ticket }))).toEqual({
      ...claims,
      epoch: 'e',
      ticket,
      issuedAt: expect.any(Number),
    })
    const { invite: made, expiresAt } = await tokens.signInvite({ ...place, role: 'listener' })
    expect(await tokens.verifyInvite(made)).toMatchObject({
      roomId: 'r',
      epoch: 'e',
      role: 'listener',
      by: 'host',
      id: expect.any(String),
    })
    expect(expiresAt).toBeGreaterThan(Date.now())
  })

  it('says what LiveKit’s says, as integrators make it', async () => {
    const video = {
      roomJoin: true,
      room: 'r',
      canPublishSources: ['camera', 'screen_share_audio'],
      canPublishData: false,
      recorder: false,
    }
    expect(await tokens.verifyJoin(await sign({ video }))).toMatchObject({
      roomId: 'r',
      identity: 'ana',
      grants: { canPublishSources: ['cam', 'screenAudio'], canPublishData: false },
    })
    const admin = await tokens.verifyJoin(await sign({ video: { ...video, roomAdmin: true } }))
    expect(admin.role).toBe('moderator')
    expect((await tokens.verifyJoin(await sign({ video: { ...video, room: 'Team-A' } }))).roomId).toBe('team-a')
    const nameless = await tokens.verifyJoin(await sign({ name: undefined }))
    expect(nameless.name).toBe('ana')
  })

  it('is valid with any of the secrets, and signed with the first', async () => {
    const next = createTokens([randomBytes(32), secret], { ticketSeconds: 900 })
    await expect(next.verifyJoin(await tokens.signJoin(claims))).resolves.toMatchObject({ name: 'Ana' })
    await expect(tokens.verifyJoin(await next.signJoin(claims))).rejects.toMatchObject({ code: 'unauthorized' })
  })

  const now = Math.floor(Date.now() / 1000)
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  it.each<[string, () => Promise<string>]>([
    ['no algorithm', async () => `${encode({ alg: 'none' })}.${(await sign()).split('.')[1]}.`],
    ['another algorithm of the same kind', () => sign({}, { alg: 'HS512', key: randomBytes(64) })],
    ['another algorithm with the right secret', () => sign({}, { alg: 'HS384', key: Buffer.concat([secret, secret]) })],
    [
      'a public key for a secret',
      async () =>
        new SignJWT({ aud: 'tertulia:join', iss: 'tertulia' })
          .setProtectedHeader({ alg: 'RS256' })
          .setIssuedAt()
          .setExpirationTime('60s')
          .sign(privateKey),
    ],
    ['another secret', () => sign({}, { key: randomBytes(32) })],
    ['a key id that is a path', () => sign({}, { key: Buffer.alloc(32), header: { kid: '../../../dev/null' } })],
    ['an end in the past', () => sign({ exp: now - 10 })],
    ['no end', () => sign({ exp: undefined as never })],
    ['a beginning in the future', () => sign({ nbf: now + 100 })],
    ['a life that is too long', () => sign({ iat: now - 100_000, exp: now + 60 })],
    ['another issuer', () => sign({ iss: 'someone' })],
    ['another purpose', () => sign({ aud: 'tertulia:invite' })],
    ['no room', () => sign({ video: { roomJoin: true } })],
    ['no leave to join', () => sign({ video: { room: 'r' } })],
    ['a room that is none', () => sign({ video: { roomJoin: true, room: 'a b' } })],
    ['a role that is none', () => sign({ video: { roomJoin: true, room: 'r', role: 'king' } })],
    ['a grant of the wrong type', () => sign({ video: { roomJoin: true, room: 'r', canPublish: 'no' } })],
    ['no identity', () => sign({ sub: undefined as never })],
    ['a name that turns text around', () => sign({ name: '\u202eevil' })],
    ['a ticket that is none', () => sign({ aud: 'tertulia:ticket', ticket: { peerId: 'x' } })],
    ['four kilobytes and more', () => sign({ padding: 'x'.repeat(5000) })],
    ['a changed letter', async () => (await sign()).replace(/\.(.)/, (_, letter) => `.${letter === 'e' ? 'f' : 'e'}`)],
    ['nothing', async () => ''],
    ['something else', async () => 'a.b.c'],
  ])('is refused with %s, always in the same words', async (_, make) => {
    const error = await tokens.verifyJoin(await make()).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ code: 'unauthorized', message: 'the token is missing, expired or not valid here' })
  })

  it('for one purpose is none for another', async () => {
    const { invite } = await tokens.signInvite({ ...place, role: 'speaker' })
    const [join, own] = [await tokens.signJoin(claims), await tokens.signTicket({ ...claims, epoch: 'e', ticket })]
    for (const verify of [
      () => tokens.verifyJoin(invite),
      () => tokens.verifyInvite(join),
      () => tokens.verifyInvite(own),
      () => tokens.verifyApi(join),
      () => tokens.verifyApi(own),
    ])
      await expect(verify()).rejects.toMatchObject({ code: 'unauthorized' })
  })
})
