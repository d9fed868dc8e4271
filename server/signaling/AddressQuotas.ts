import { SfuError } from '../../shared/errors.ts'
import type { RoomId } from '../../shared/ids.ts'

/** How many websockets one address may have, and in how many rooms its people may be, at once. */
export type AddressLimits = { connections: number; rooms: number }

/** What one connection holds of its address's quota. */
export type AddressShare = {
  /** @throws SfuError `tooMany` */
  enterRoom(roomId: RoomId): void
  release(): void
}

type Usage = { connections: number; rooms: Map<RoomId, number> }

/** Bounds what one address, which may be a whole office, holds at once. */
export class AddressQuotas {
  readonly #limits: AddressLimits
  readonly #usages = new Map<string, Usage>()

  constructor(limits: AddressLimits) {
    this.#limits = limits
  }

  /** @throws SfuError `tooMany` */
  connect(address: string): AddressShare {
    const usage = this.#usages.get(address) ?? { connections: 0, rooms: new Map<RoomId, number>() }
    if (usage.connections >= this.#limits.connections) throw new SfuError('tooMany')
    usage.connections++
    this.#usages.set(address, usage)
    let room: RoomId | undefined
    let released = false
    return {
      enterRoom: (roomId) => {
        // It closed while its token was looked at.
        if (released) return
        const people = usage.rooms.get(roomId) ?? 0
        if (people === 0 && usage.rooms.size >= this.#limits.rooms)
          throw new SfuError('tooMany', 'the people at your address are in too many rooms already')
        usage.rooms.set(roomId, people + 1)
        room = roomId
      },
      release: () => {
        if (released) return
        released = true
        if (room !== undefined) leaveRoom(usage, room)
        if (--usage.connections === 0) this.#usages.delete(address)
      },
    }
  }
}

function leaveRoom({ rooms }: Usage, roomId: RoomId): void {
  const left = (rooms.get(roomId) ?? 1) - 1
  if (left > 0) rooms.set(roomId, left)
  else rooms.delete(roomId)
}
