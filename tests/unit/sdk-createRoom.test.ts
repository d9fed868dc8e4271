import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createRoom } from '../../client/sdk/createRoom.ts'
import { startCalls } from '../support/sdkCalls.ts'

describe('a room that is made', () => {
  it('has the rules that it was given, and a host', async () => {
    const { url, open } = await startCalls()
    const { roomId, guestLink, hostLink } = await createRoom({ url, password: 'right', rules: { lobby: true } })
    expect(guestLink).toBe(`/r/${roomId}`)
    const host = open()
    await host.join({ roomId, name: 'Host', hostSecret: hostLink.split('#host=')[1] ?? '' })
    expect(host.state.access).toMatchObject({ role: 'host', room: { hasPassword: true, lobby: true } })
  })

  it('needs the key, where not anyone may', async () => {
    const key = randomBytes(24).toString('hex')
    const { url } = await startCalls({ ROOM_CREATION: 'key', ROOM_CREATION_KEY: key })
    await expect(createRoom({ url })).rejects.toMatchObject({ code: 'unauthorized' })
    const room = { url, key, roomId: 'team' }
    expect(await createRoom(room)).toMatchObject({ roomId: 'team', guestLink: '/r/team' })
    await expect(createRoom(room)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('is none where nobody answers, or nobody wants it any more', async () => {
    const url = 'http://127.0.0.1:1'
    await expect(createRoom({ url })).rejects.toMatchObject({ code: 'unreachable' })
    const signal = AbortSignal.abort(new Error('thought better of it'))
    await expect(createRoom({ url, signal })).rejects.toThrow('thought better of it')
  })
})
