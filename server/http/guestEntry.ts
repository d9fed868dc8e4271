import { createHash, timingSafeEqual } from 'node:crypto'
import type { Role } from '../../shared/access.ts'
import { SfuError } from '../../shared/errors.ts'
import type { RoomId } from '../../shared/ids.ts'
import type { Passwords } from '../auth/passwords.ts'
import type { RoomRegistry } from '../rooms/RoomRegistry.ts'
import type { Guesses } from './Guesses.ts'

type Options = { registry: RoomRegistry; passwords: Passwords; guesses: Guesses; visitorsOpenRooms: boolean }

/** What somebody brings who has only a link. */
export type GuestCredentials = {
  password?: string | undefined
  hostSecret?: string | undefined
  /** The network that they come from. */
  address: string
}

/** The room that it is for, if there is one yet, and the role that the credential gives. */
export type GuestPass = { epoch?: string; role?: Role }

/**
 * Lets in who comes by a link. Who has no credential for the room, or a wrong one, gets one answer after the same work,
 * whether there is no such room, it is locked or full, or has a password; who has the right one gets the true reason.
 *
 * @throws SfuError `noEntry`; with the right password `roomLocked`, `roomFull`; `tooMany`
 */
export function createGuestEntry({ registry, passwords, guesses, visitorsOpenRooms }: Options) {
  return async function enter(roomId: RoomId, credentials: GuestCredentials): Promise<GuestPass> {
    const { password, hostSecret, address } = credentials
    const room = await registry.find(roomId)
    const pass = room ? { epoch: room.truth.epoch } : {}
    if (fits(hostSecret, room?.truth.hostSecretHash)) return { ...pass, role: 'host' }
    const refusal = refusalOf(room)
    const hash = room?.truth.passwordHash
    if (refusal === undefined && hash === undefined) return pass
    if (password === undefined) guesses.countQuestion(address)
    else guesses.count(address, roomId)
    // One hash for everyone whom this does not let in, and for whoever gives a password.
    const isRight = await passwords.verify(password ?? '', hash)
    if (!isRight) throw new SfuError('noEntry')
    if (refusal !== undefined) throw new SfuError(refusal)
    return pass
  }

  function refusalOf(room: Awaited<ReturnType<RoomRegistry['find']>>) {
    if (!room) return visitorsOpenRooms ? undefined : 'noEntry'
    const { locked, maxPeers } = room.truth.rules
    if (locked) return 'roomLocked'
    return room.peers >= maxPeers ? 'roomFull' : undefined
  }
}

/** A host's secret is long and random: a plain hash keeps it. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

function fits(secret: string | undefined, hash: string | undefined): boolean {
  const given = Buffer.from(hashSecret(secret ?? ''))
  const wanted = Buffer.from(hash ?? hashSecret('nothing is like this'))
  return timingSafeEqual(given, wanted) && secret !== undefined && hash !== undefined
}
