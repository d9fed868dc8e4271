/** What this person may do to another one: pure. The server decides; this says which buttons there are. */
import type { Action, Role } from '../../../shared/access.ts'
import type { Source } from '../../../shared/media.ts'
import type { Access, PeerView } from '../../sdk/types.ts'

export type PersonAction =
  | 'mute'
  | 'allowMic'
  | 'stopCam'
  | 'allowCam'
  | 'stopShare'
  | 'makeHost'
  | 'makeModerator'
  | 'makeSpeaker'
  | 'makeListener'
  | 'moveToLobby'
  | 'remove'
  | 'ban'

/** Those that cannot be taken back by a second click. */
export type GraveAction = 'makeHost' | 'moveToLobby' | 'remove' | 'ban'
const GRAVE: ReadonlySet<PersonAction> = new Set<GraveAction>(['makeHost', 'moveToLobby', 'remove', 'ban'])
export const isGrave = (action: PersonAction): action is GraveAction => GRAVE.has(action)

/** From the least to the most; the same as the contract's `ROLES`, which the page cannot import without its schema library. */
const RANK: Readonly<Record<Role, number>> = { listener: 0, speaker: 1, moderator: 2, host: 3 }

/** As the server's `outranks`: those below, and hosts also each other. */
const outranks = (one: Role, other: Role): boolean => one === 'host' || RANK[one] > RANK[other]

export const ROLE_OF = {
  makeHost: 'host',
  makeModerator: 'moderator',
  makeSpeaker: 'speaker',
  makeListener: 'listener',
} as const satisfies Partial<Record<PersonAction, Role>>

/** In the order of the menu, by what they are about; groups without any are left out. */
export function actionsOn(
  { role, published, forcedMute = [] }: Pick<PeerView, 'role' | 'published' | 'forcedMute'>,
  { role: own, actions }: Pick<Access, 'role' | 'actions'>,
): PersonAction[][] {
  if (own === undefined || role === undefined || !outranks(own, role)) return []
  const may = (action: Action) => actions.includes(action)
  const isOn = (source: Source) => published[source]?.paused === false
  const isHeld = (source: Source) => forcedMute.includes(source)
  const speaks = role !== 'listener'
  const media: [PersonAction, boolean][] = [
    ['mute', may('mutePeers') && speaks && !isHeld('mic')],
    ['allowMic', may('mutePeers') && isHeld('mic')],
    ['stopCam', may('mutePeers') && isOn('cam') && !isHeld('cam')],
    ['allowCam', may('mutePeers') && isHeld('cam')],
    ['stopShare', may('stopShares') && published.screen !== undefined],
  ]
  const roles = (Object.keys(ROLE_OF) as (keyof typeof ROLE_OF)[]).map((action): [PersonAction, boolean] => [
    action,
    may('changeRoles') && ROLE_OF[action] !== role && outranks(own, ROLE_OF[action]),
  ])
  const visit: [PersonAction, boolean][] = [
    ['moveToLobby', may('admitPeers')],
    ['remove', may('removePeers')],
    ['ban', may('banPeers')],
  ]
  return [media, roles, visit]
    .map((group) => group.filter(([, isOffered]) => isOffered).map(([action]) => action))
    .filter((group) => group.length > 0)
}
