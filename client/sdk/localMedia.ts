/** Camera, microphone and screen: asks for the best, takes what there is, and says in plain words what is missing. */
import type { Source } from '../../shared/media.ts'
import { SCREEN_LIMITS, type ScreenHint } from './encodings.ts'

export type CaptureReason =
  /** The person or the browser's settings said no. */
  | 'permissionDenied'
  /** There is none, or none that fits. */
  | 'noDevice'
  /** Another program has it. */
  | 'inUse'
  /** The page came over plain http from another machine: browsers give no camera then. */
  | 'insecureContext'
  /** This browser cannot. */
  | 'unsupported'
  | 'failed'

export type Captured<S extends Source> = {
  /** The caller's, to be stopped when they are no longer wanted. */
  readonly tracks: Readonly<Partial<Record<S, MediaStreamTrack>>>
  readonly problems: readonly { readonly source: S; readonly reason: CaptureReason }[]
}

/** What the browser does for voices (W3C mediacapture-streams); music sounds better without. */
export type AudioOptions = {
  readonly echoCancellation: boolean
  readonly noiseSuppression: boolean
  readonly autoGainControl: boolean
}

export type CaptureOptions = {
  readonly mic: boolean
  readonly cam: boolean
  /** `deviceId` of the one to use if it is there; any other otherwise. */
  readonly micId?: string | undefined
  readonly camId?: string | undefined
  /** The camera on this side of a telephone, if there is one; `camId` goes first. */
  readonly facing?: 'user' | 'environment' | undefined
  /** Each is on if it is not mentioned. */
  readonly audio?: Partial<AudioOptions> | undefined
}

type Wanted = 'mic' | 'cam'

/**
 * Asks for microphone and camera (W3C mediacapture-streams). Both in one question; if that fails each alone, and each
 * with less: without the chosen device, then without any wish. Never rejects.
 */
export async function captureMedia(options: CaptureOptions): Promise<Captured<Wanted>> {
  const wanted: Wanted[] = []
  if (options.mic) wanted.push('mic')
  if (options.cam) wanted.push('cam')
  if (wanted.length === 0) return { tracks: {}, problems: [] }
  const devices = mediaDevices()
  if (typeof devices === 'string') return failedAll(wanted, devices)
  if (wanted.length === 2) {
    const both = await attempt(() =>
      devices.getUserMedia({ audio: ladder('mic', options)[0], video: ladder('cam', options)[0] }),
    )
    if (both.stream) return { tracks: tracksOf(both.stream), problems: [] }
  }
  // One after the other: two questions at once confuse, and some systems open one device at a time only.
  const captured: Captured<Wanted>[] = []
  for (const source of wanted) captured.push(await captureAlone(devices, source, options))
  return {
    tracks: Object.assign({}, ...captured.map(({ tracks }) => tracks)),
    problems: captured.flatMap(({ problems }) => problems),
  }
}

/**
 * Changes what is done for voices on a microphone that is in use. Never rejects.
 * @returns whether it is so now. Some browsers cannot: then capture the same device again with these options, and put
 *   the new track in the place of this one.
 */
export async function applyAudioOptions(track: MediaStreamTrack, options: AudioOptions): Promise<boolean> {
  return await applyInUse(track, { ...options })
}

/** Whether the browser or the system can blur what is behind the person, and leave it as it is. */
export function supportsBackgroundBlur(track: MediaStreamTrack): boolean {
  if (typeof track.getCapabilities !== 'function') return false
  const { backgroundBlur } = track.getCapabilities()
  return backgroundBlur?.includes(true) === true && backgroundBlur.includes(false)
}

/**
 * Blurs what is behind the person, where `supportsBackgroundBlur` says so (W3C mediacapture-extensions). Never rejects.
 * @returns whether it is so now
 */
export async function setBackgroundBlur(track: MediaStreamTrack, on: boolean): Promise<boolean> {
  return await applyInUse(track, { backgroundBlur: on })
}

/** A new set of constraints takes the place of the old one, so that goes in as well. */
async function applyInUse(track: MediaStreamTrack, wish: Record<string, boolean>): Promise<boolean> {
  try {
    await track.applyConstraints({ ...track.getConstraints(), ...wish })
    // A wish that cannot be met is no error: what holds now is in the settings.
    const settings = new Map<string, unknown>(Object.entries(track.getSettings()))
    return Object.entries(wish).every(([name, value]) => settings.get(name) === value)
  } catch {
    return false
  }
}

/**
 * Asks which screen, window or tab to share (W3C screen-capture), with its sound where there is one. Never rejects; if
 * the person closes the browser's question, the reason is `permissionDenied`.
 */
export async function captureScreen(): Promise<Captured<'screen' | 'screenAudio'>> {
  const devices = mediaDevices()
  if (typeof devices === 'string') return failedAll(['screen'], devices)
  if (typeof devices.getDisplayMedia !== 'function') return failedAll(['screen'], 'unsupported')
  const video = { frameRate: { ideal: 15, max: 30 } }
  // The sound of a screen is music or a film: what is done for voices would spoil it.
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
  let result = await attempt(() => devices.getDisplayMedia({ video, audio }))
  if (result.reason && result.reason !== 'permissionDenied')
    result = await attempt(() => devices.getDisplayMedia({ video }))
  if (!result.stream) return failedAll(['screen'], result.reason)
  const [screen] = result.stream.getVideoTracks()
  const [screenAudio] = result.stream.getAudioTracks()
  return { tracks: { ...(screen && { screen }), ...(screenAudio && { screenAudio }) }, problems: [] }
}

/**
 * What matters more on a shared screen: that small print stays sharp (`detail`), or that a film stays fluid (`motion`).
 * Sets the track's `contentHint` (W3C mst-content-hint) and asks for as many frames as that needs. Never rejects.
 */
export async function hintScreen(track: MediaStreamTrack, hint: ScreenHint): Promise<void> {
  track.contentHint = hint
  if (typeof track.applyConstraints !== 'function') return
  const frameRate = { ideal: SCREEN_LIMITS[hint].maxFramerate, max: 30 }
  await track.applyConstraints({ ...track.getConstraints(), frameRate }).catch(() => undefined)
}

export type Devices = {
  readonly mics: readonly MediaDeviceInfo[]
  readonly cams: readonly MediaDeviceInfo[]
  readonly speakers: readonly MediaDeviceInfo[]
}

/** What is plugged in; ids and labels are empty until the person has allowed a capture. Never rejects. */
export async function listDevices(): Promise<Devices> {
  const devices = mediaDevices()
  const all = typeof devices === 'string' ? [] : await devices.enumerateDevices().catch(() => [])
  const ofKind = (kind: MediaDeviceKind) => all.filter((device) => device.kind === kind)
  return { mics: ofKind('audioinput'), cams: ofKind('videoinput'), speakers: ofKind('audiooutput') }
}

/**
 * Calls back when something was plugged in or out.
 * @returns ends it
 */
export function onDeviceChange(listener: () => void): () => void {
  const devices = mediaDevices()
  if (typeof devices === 'string') return () => {}
  const handleChange = () => listener()
  devices.addEventListener('devicechange', handleChange)
  return () => devices.removeEventListener('devicechange', handleChange)
}

/** What an error of `getUserMedia` means for the person. */
export function reasonOf(error: unknown): CaptureReason {
  const name = error instanceof Error || error instanceof DOMException ? error.name : ''
  return REASONS.get(name) ?? 'failed'
}

const REASONS: ReadonlyMap<string, CaptureReason> = new Map([
  ['NotAllowedError', 'permissionDenied'],
  ['SecurityError', 'permissionDenied'],
  ['NotFoundError', 'noDevice'],
  ['OverconstrainedError', 'noDevice'],
  ['NotReadableError', 'inUse'],
  ['AbortError', 'inUse'],
  ['NotSupportedError', 'unsupported'],
])

const VOICE: AudioOptions = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }

/** What to ask for, from the best to the least. */
function ladder(source: Wanted, options: CaptureOptions): Ladder {
  if (source === 'mic') return rungs({ ...VOICE, ...options.audio }, exactly('deviceId', options.micId))
  const picture = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } }
  return rungs(picture, exactly('deviceId', options.camId) ?? exactly('facingMode', options.facing))
}

type Ladder = [MediaTrackConstraints, ...MediaTrackConstraints[]]

const rungs = (wish: MediaTrackConstraints, choice: MediaTrackConstraints | undefined): Ladder =>
  choice === undefined ? [wish, {}] : [{ ...wish, ...choice }, wish, {}]

const exactly = (name: 'deviceId' | 'facingMode', value: string | undefined): MediaTrackConstraints | undefined =>
  value === undefined ? undefined : { [name]: { exact: value } }

async function captureAlone(devices: MediaDevices, source: Wanted, options: CaptureOptions): Promise<Captured<Wanted>> {
  let reason: CaptureReason = 'failed'
  for (const constraints of ladder(source, options)) {
    const request = source === 'mic' ? { audio: constraints } : { video: constraints }
    const result = await attempt(() => devices.getUserMedia(request))
    if (result.stream) return { tracks: tracksOf(result.stream), problems: [] }
    reason = result.reason
    // Asking for less does not change a no.
    if (reason === 'permissionDenied') break
  }
  return failedAll([source], reason)
}

type Attempt = { stream: MediaStream; reason?: never } | { stream?: never; reason: CaptureReason }

async function attempt(capture: () => Promise<MediaStream>): Promise<Attempt> {
  try {
    return { stream: await capture() }
  } catch (error) {
    return { reason: reasonOf(error) }
  }
}

function tracksOf(stream: MediaStream): Captured<Wanted>['tracks'] {
  const [mic] = stream.getAudioTracks()
  const [cam] = stream.getVideoTracks()
  return { ...(mic && { mic }), ...(cam && { cam }) }
}

function mediaDevices(): MediaDevices | 'insecureContext' | 'unsupported' {
  const devices: MediaDevices | undefined = globalThis.navigator?.mediaDevices
  if (devices !== undefined && typeof devices.getUserMedia === 'function') return devices
  return globalThis.isSecureContext === false ? 'insecureContext' : 'unsupported'
}

function failedAll<S extends Source>(sources: readonly S[], reason: CaptureReason) {
  return { tracks: {}, problems: sources.map((source) => ({ source, reason })) }
}
