import type { PeerId } from '../../shared/ids.ts'

/** How loud somebody is, dBov. */
export type Voice = { peerId: PeerId; volume: number }

/** The loudest first, from several reports. */
export const loudest = (reports: Iterable<readonly Voice[]>): Voice[] =>
  [...new Map([...reports].flat().map((voice) => [voice.peerId, voice])).values()].sort((a, b) => b.volume - a.volume)

/** Whose voices are forwarded while more microphones are open than everyone can be sent. */
export type VoiceLimits = {
  /** Up to this many open microphones everyone is forwarded. */
  allUpTo: number
  /** Above it, this many: those who speak, and after them those who spoke last. */
  forwarded: number
}

/**
 * Who spoke last, the latest first. The order changes only where it must: who is within the forwarded ones stays where
 * they are, so that a quick exchange between a few people moves nobody.
 *
 * @param speaking who is heard now, the loudest first
 */
export function rankSpeakers(
  recent: readonly PeerId[],
  speaking: readonly PeerId[],
  { forwarded }: VoiceLimits,
): PeerId[] {
  const warm = recent.slice(0, forwarded)
  const newcomers = speaking.filter((peerId) => !warm.includes(peerId)).slice(0, forwarded)
  if (newcomers.length === 0) return [...recent]
  // Those who speak keep their place, and the longest silent of the rest make room.
  const silent = warm.filter((peerId) => !speaking.includes(peerId))
  const heard = warm.filter((peerId) => speaking.includes(peerId))
  const rest = recent.slice(forwarded).filter((peerId) => !newcomers.includes(peerId))
  return [...newcomers, ...heard, ...silent, ...rest]
}

/** Who spoke last, the latest first, without regard to what is forwarded. */
export const rememberSpeakers = (lastSpoken: readonly PeerId[], speaking: readonly PeerId[]): PeerId[] => [
  ...speaking,
  ...lastSpoken.filter((peerId) => !speaking.includes(peerId)),
]

/** Who has the floor: the same as before until they are silent and somebody else is heard. */
export const nextSpeaker = (before: PeerId | undefined, speaking: readonly PeerId[]): PeerId | undefined =>
  before !== undefined && speaking.includes(before) ? before : (speaking[0] ?? before)

/** The microphones to forward. `undefined`: all of them. */
export function forwardedVoices(
  openMicrophones: number,
  recent: readonly PeerId[],
  { allUpTo, forwarded }: VoiceLimits,
): ReadonlySet<PeerId> | undefined {
  return openMicrophones <= allUpTo ? undefined : new Set(recent.slice(0, forwarded))
}
