import type { Action, RequestState } from '../../shared/requests.ts'

/** What a session may do: named permissions, from its token. */
export type Grants = ReadonlySet<Action>

export const ALL_GRANTS: Grants = new Set<Action>([
  'join',
  'leave',
  'publish',
  'subscribe',
  'chat',
  'raiseHand',
  'react',
])

/** Whether a session in this state and with these grants may make a request of this row. */
export function can(
  session: { state: RequestState | 'ended'; grants: Grants },
  row: { states: readonly RequestState[]; action: Action },
): boolean {
  return session.state !== 'ended' && row.states.includes(session.state) && session.grants.has(row.action)
}
