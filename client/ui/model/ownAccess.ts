/** What others have changed about oneself, and what to say of it: pure. */
import type { Role } from '../../../shared/access.ts'
import type { Access, ClientState } from '../../sdk/types.ts'
import type { TextKey } from '../i18n/t.ts'
import type { Device } from './OwnMedia.ts'

/** Why a device cannot be turned on: somebody keeps it off, or it is not for this role. */
export type Hold = 'muted' | 'listener'

export function holdOf(device: Device, { role, sources, forcedMute }: Access): Hold | undefined {
  if (role === undefined) return undefined
  if (!sources.includes(device)) return 'listener'
  return forcedMute.includes(device) ? 'muted' : undefined
}

export const holdText = (device: Device, hold: Hold): TextKey =>
  hold === 'listener' ? 'self.listening' : device === 'mic' ? 'self.micMuted' : 'self.camStopped'

const ROLE_TEXTS: Readonly<Record<Role, TextKey>> = {
  host: 'self.isHost',
  moderator: 'self.isModerator',
  speaker: 'self.isSpeaker',
  listener: 'self.isListener',
}

const MUTE_TEXTS = [
  ['mic', 'self.mutedNow', 'self.micAllowed'],
  ['cam', 'self.camStoppedNow', 'self.camAllowed'],
] as const

type Before = Pick<ClientState, 'connection' | 'access' | 'self'>

/** Why the others no longer get one's screen, if not by one's own doing. */
export const lostScreen = (before: Before, after: Before): boolean =>
  before.connection === 'connected' &&
  after.connection === 'connected' &&
  before.self?.published.screen !== undefined &&
  after.self?.published.screen === undefined

/** Nothing of what one finds on arrival but that one is muted. */
export function ownChanges(before: Before, after: Before): TextKey[] {
  const { access } = after
  if (after.connection !== 'connected' || access.role === undefined || before.access === access) return []
  const was = before.access
  const arrives = was.role === undefined
  const role: TextKey[] = !arrives && was.role !== access.role ? [ROLE_TEXTS[access.role]] : []
  const mutes = MUTE_TEXTS.flatMap(([source, muted, allowed]): TextKey[] => {
    const [wasHeld, isHeld] = [was.forcedMute.includes(source), access.forcedMute.includes(source)]
    if (wasHeld === isHeld) return []
    return [isHeld ? muted : allowed]
  })
  return [...role, ...mutes]
}
