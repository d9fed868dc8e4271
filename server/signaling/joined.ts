import { SfuError } from '../../shared/errors.ts'
import type { Input, Output, RequestName } from '../../shared/requests.ts'
import type { Peer } from '../rooms/Peer.ts'
import type { Room } from '../rooms/Room.ts'
import type { Session } from './Session.ts'

/** A handler for somebody who is in the room: the join's own answer may still be on its way. */
export function joined<N extends RequestName>(
  handle: (member: { room: Room; peer: Peer; session: Session }, input: Input<N>) => Output<N> | Promise<Output<N>>,
) {
  return (session: Session, input: Input<N>): Output<N> | Promise<Output<N>> => {
    if (!session.membership) throw new SfuError('notAllowed', 'the join is not answered yet')
    return handle({ ...session.membership, session }, input)
  }
}
