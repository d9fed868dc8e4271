import { expect, it } from 'vitest'
import { inviteText } from '../../client/ui/model/inviteText.ts'

const open = { locked: false, lobby: false, hasPassword: false }

it.each([
  ['nothing is known', undefined, 'share.text'],
  ['it is open', open, 'share.text'],
  ['it has a password', { ...open, hasPassword: true }, 'share.textPassword'],
  ['somebody has to open', { ...open, hasPassword: true, lobby: true }, 'share.textLobby'],
  ['it is locked', { hasPassword: true, lobby: true, locked: true }, 'share.textLocked'],
] as const)('an invitation to a room says what it takes to come in where %s', (_, room, text) => {
  expect(inviteText(room)).toBe(text)
})
