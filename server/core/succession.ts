import type { Role } from '../../shared/access.ts'

type Candidate = { role: Role; joinedAt: number; hidden: boolean }

/** Who becomes host when there is none: the moderator who has been there longest, else the speaker. */
export function nextHost<T extends Candidate>(peers: readonly T[]): T | undefined {
  const visible = peers.filter(({ hidden }) => !hidden).toSorted((a, b) => a.joinedAt - b.joinedAt)
  return visible.find(({ role }) => role === 'moderator') ?? visible.find(({ role }) => role === 'speaker')
}
