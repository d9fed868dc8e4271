import { ACTIONS, type Action, type Grants, ROLES, type Role, type RoomRules } from '../../shared/access.ts'
import { SOURCES, type Source } from '../../shared/media.ts'
import type { RequestState } from '../../shared/requests.ts'

type Rule = {
  /** The least role that may. */
  from: Role
  /** What a token can take away. */
  grant?: 'canPublish' | 'canSubscribe' | 'canPublishData'
  /** What others would notice: not for somebody who is hidden. */
  visible?: true
}

/** Who may do what. With the states of each request in the contract this is the whole table. */
export const PERMISSIONS: Readonly<Record<Action, Rule>> = {
  join: { from: 'listener' },
  leave: { from: 'listener' },
  subscribe: { from: 'listener', grant: 'canSubscribe' },
  chat: { from: 'listener', grant: 'canPublishData', visible: true },
  raiseHand: { from: 'listener', grant: 'canPublishData', visible: true },
  react: { from: 'listener', grant: 'canPublishData', visible: true },
  publish: { from: 'speaker', grant: 'canPublish', visible: true },
  mutePeers: { from: 'moderator' },
  stopShares: { from: 'moderator' },
  admitPeers: { from: 'moderator' },
  removePeers: { from: 'moderator' },
  banPeers: { from: 'moderator' },
  moderateChat: { from: 'moderator' },
  changeRoles: { from: 'moderator' },
  changeRules: { from: 'moderator' },
  invite: { from: 'moderator' },
  endCall: { from: 'host' },
}

export type Rights = {
  readonly role: Role
  readonly actions: ReadonlySet<Action>
  /** What may be published. */
  readonly sources: ReadonlySet<Source>
  /** How many of them at once. */
  readonly maxTracks: number
}

const isAllowed = ({ from, grant, visible }: Rule, role: Role, grants: Grants): boolean =>
  atLeast(role, from) && (grant === undefined || grants[grant] !== false) && !(visible && grants.hidden === true)

/** What somebody of this role, with this token, may do in a room with these rules. */
export function rightsOf(role: Role, grants: Grants, rules: Pick<RoomRules, 'chat'>): Rights {
  const actions = new Set(ACTIONS.filter((action) => isAllowed(PERMISSIONS[action], role, grants)))
  const mayChat = rules.chat === 'everyone' || (rules.chat === 'moderators' && atLeast(role, 'moderator'))
  if (!mayChat) actions.delete('chat')
  const sources = actions.has('publish')
    ? SOURCES.filter((source) => grants.canPublishSources?.includes(source) ?? true)
    : []
  return { role, actions, sources: new Set(sources), maxTracks: grants.maxTracks ?? SOURCES.length }
}

/** Whether a session in this state and with these rights may make a request of this row. */
export function can(
  session: { state: RequestState | 'ended'; rights: Pick<Rights, 'actions'> },
  row: { states: readonly RequestState[]; action: Action },
): boolean {
  return session.state !== 'ended' && row.states.includes(session.state) && session.rights.actions.has(row.action)
}

/** Whether somebody may publish this source, given what they publish already and what others have muted. */
export function mayPublish(
  { sources, maxTracks }: Rights,
  wanted: { source: Source; paused: boolean },
  now: { published: number; forcedMute: ReadonlySet<Source> },
): boolean {
  if (!sources.has(wanted.source) || now.published >= maxTracks) return false
  return wanted.paused || !now.forcedMute.has(wanted.source)
}

/** Whether one may moderate the other: those below, and hosts also each other. */
export const outranks = (one: Role, other: Role): boolean => one === 'host' || ROLES.indexOf(one) > ROLES.indexOf(other)

/** Whether one may turn the other from one role into another: nobody makes others as much as they are, but a host may. */
export const mayChangeRole = (one: Role, from: Role, to: Role): boolean => outranks(one, from) && outranks(one, to)

export const atLeast = (role: Role, least: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(least)
