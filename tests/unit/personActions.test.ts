import { describe, expect, it } from 'vitest'
import { actionsOn } from '../../client/ui/model/personActions.ts'
import { PERMISSIONS, rightsOf } from '../../server/core/permissions.ts'
import type { Role } from '../../shared/access.ts'
import type { ProducerId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'

const accessOf = (role: Role) => ({ role, actions: [...rightsOf(role, {}, { chat: 'everyone' }).actions] })
const publishing = (...sources: Source[]) =>
  Object.fromEntries(
    sources.map((source) => [source, { source, producerId: source as string as ProducerId, paused: false }]),
  )
const person = (role: Role, forcedMute: Source[] = [], ...sources: Source[]) => ({
  role,
  forcedMute,
  published: publishing(...sources),
})

describe('what one may do to another', () => {
  it.each<[Role, Role, string[]]>([
    ['host', 'host', ['mute', 'makeModerator', 'makeSpeaker', 'makeListener', 'moveToLobby', 'remove', 'ban']],
    ['host', 'speaker', ['mute', 'makeHost', 'makeModerator', 'makeListener', 'moveToLobby', 'remove', 'ban']],
    ['host', 'listener', ['makeHost', 'makeModerator', 'makeSpeaker', 'moveToLobby', 'remove', 'ban']],
    ['moderator', 'host', []],
    ['moderator', 'moderator', []],
    ['moderator', 'speaker', ['mute', 'makeListener', 'moveToLobby', 'remove', 'ban']],
    ['moderator', 'listener', ['makeSpeaker', 'moveToLobby', 'remove', 'ban']],
    ['speaker', 'listener', []],
  ])('as %s to a %s', (own, other, wanted) => {
    expect(actionsOn(person(other), accessOf(own)).flat()).toEqual(wanted)
  })

  it.each<[string, Source[], Source[], string[]]>([
    ['is heard', [], ['mic'], ['mute']],
    ['is muted already', ['mic'], ['mic'], ['allowMic']],
    ['is seen', [], ['cam'], ['mute', 'stopCam']],
    ['is kept off the camera', ['cam'], [], ['mute', 'allowCam']],
    ['shares a screen', [], ['screen'], ['mute', 'stopShare']],
  ])('to who %s', (_, forcedMute, sources, wanted) => {
    expect(actionsOn(person('speaker', forcedMute, ...sources), accessOf('moderator'))[0]).toEqual(wanted)
  })

  it('is nothing where the token takes the permissions away', () => {
    expect(Object.keys(PERMISSIONS)).toContain('mutePeers')
    expect(actionsOn(person('speaker', [], 'mic'), { role: 'host', actions: ['publish'] })).toEqual([])
  })
})
