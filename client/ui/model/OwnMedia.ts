import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import {
  type AudioOptions,
  applyAudioOptions,
  type CaptureReason,
  captureMedia,
  type Devices,
  listDevices,
  onDeviceChange,
} from '../../sdk/localMedia.ts'
import { CameraPicture } from './CameraPicture.ts'
import type { Hold } from './ownAccess.ts'
import type { Preferences } from './Preferences.ts'
import type { Publications } from './Publications.ts'
import { watchTrack } from './watchTrack.ts'

export type Device = 'mic' | 'cam'
/**
 * Why a device is not there. `lost`: it was there and has gone; `interrupted`: something else has it for the moment;
 * `effectFailed`: it would be seen as it is.
 */
export type DeviceProblem = {
  readonly source: Device
  readonly reason: CaptureReason | 'lost' | 'interrupted' | 'effectFailed'
}
type Facing = 'user' | 'environment'

const DEVICES = ['mic', 'cam'] as const

/**
 * One's own microphone and camera, from the pre-join to the end of the call: which are on, with which device, and what
 * stands in the way. Owns the tracks: stops them when they are no longer wanted, so that the camera's light goes out.
 */
export class OwnMedia {
  /** What is shown to oneself and sent to the others: of the camera, with the chosen effect. */
  readonly tracks: Readonly<Record<Device, ReadonlySignal<MediaStreamTrack | undefined>>>
  /** Really on, not merely wished for. */
  readonly on: Readonly<Record<Device, ReadonlySignal<boolean>>> = {
    mic: computed(() => this.#wanted.mic.value && this.#raw.mic.value !== undefined),
    cam: computed(() => this.#wanted.cam.value && this.#raw.cam.value !== undefined),
  }
  /** The browser is being asked for a device, and perhaps asks the person. */
  readonly capturing: ReadonlySignal<boolean> = computed(() => this.#captures.value > 0)
  readonly problems: Signal<readonly DeviceProblem[]> = signal([])
  /** What was taken in the place of a device that went away. */
  readonly replaced: Signal<{ readonly source: Device; readonly label: string } | undefined> = signal(undefined)
  readonly devices: Signal<Devices> = signal({ mics: [], cams: [], speakers: [] })
  /** A telephone with a camera on either side. */
  readonly canFlip: ReadonlySignal<boolean> = computed(
    () => this.on.cam.value && this.devices.value.cams.length > 1 && matchMedia('(pointer: coarse)').matches,
  )
  /** The camera that looks away from the person: what it shows is no mirror. */
  readonly looksAway: ReadonlySignal<boolean> = computed(() => facingOf(this.#raw.cam.value) === 'environment')
  /** Why others keep a device off; undefined: they do not. */
  readonly held: Readonly<Record<Device, ReadonlySignal<Hold | undefined>>>
  readonly picture: CameraPicture

  /** As they come from the devices. */
  readonly #raw: Readonly<Record<Device, Signal<MediaStreamTrack | undefined>>> = {
    mic: signal(undefined),
    cam: signal(undefined),
  }
  readonly #held = { mic: signal<Hold | undefined>(undefined), cam: signal<Hold | undefined>(undefined) }
  readonly #wanted = { mic: signal(false), cam: signal(false) }
  /** What is named while nothing is on. */
  readonly #lastIds: Readonly<Record<Device, Signal<string>>>
  readonly #captures = signal(0)
  /** What the browser is being asked for; a click meanwhile changes only what is done with the answer. */
  readonly #pending = new Set<Device>()
  readonly #preferences: Preferences
  readonly #publications: Publications
  /** The side that was asked for by a flip; until another camera is chosen by name. */
  #facing: Facing | undefined
  /** Grows with each release: what was asked for before it is stopped when it comes. */
  #epoch = 0

  constructor(preferences: Preferences, publications: Publications) {
    this.#preferences = preferences
    this.#publications = publications
    this.#lastIds = { mic: signal(preferences.micId.peek()), cam: signal(preferences.camId.peek()) }
    this.picture = new CameraPicture(
      preferences,
      (track) => publications.put('cam', track, { paused: !this.#wanted.cam.peek() }),
      () => this.#handleEffectFailed(),
    )
    this.tracks = { mic: this.#raw.mic, cam: this.picture.track }
    this.held = this.#held
    onDeviceChange(() => void this.#refreshDevices())
    effect(() => {
      const options = this.#audioOptions()
      const mic = this.#raw.mic.peek()
      if (mic) void this.#applyAudio(mic, options)
    })
  }

  /** Turns on what is wanted, with one question of the browser for both. */
  async open(wanted: Readonly<Record<Device, boolean>>): Promise<void> {
    for (const device of DEVICES) this.#wanted[device].value = wanted[device]
    const missing = DEVICES.filter((device) => wanted[device] && !this.#raw[device].peek())
    if (missing.length > 0) await this.#capture(missing)
    else await this.#refreshDevices()
  }

  /** What the person wants to have on: to be asked for again after `release`. */
  wishes(): Record<Device, boolean> {
    return { mic: this.#wanted.mic.peek(), cam: this.#wanted.cam.peek() }
  }

  /** The device that is in use, or that was and comes back when it is turned on; empty where none is known. */
  idOf(device: Device): string {
    return this.#raw[device].value?.getSettings().deviceId ?? this.#lastIds[device].value
  }

  async toggle(device: Device): Promise<void> {
    const turningOn = this.#pending.has(device) && this.#wanted[device].peek()
    if (this.on[device].peek() || turningOn) this.#turnOff(device)
    else if (!this.#held[device].peek()) await this.#turnOn(device)
  }

  /** Others keep a device off, or (undefined) do so no longer: then it stays off until the person turns it on. */
  hold(device: Device, hold: Hold | undefined): void {
    if (this.#held[device].peek() === hold) return
    this.#held[device].value = hold
    if (hold === undefined) return
    this.#turnOff(device)
    if (hold === 'muted') return
    // The server has ended what was published: it has to be published anew, not unmuted.
    this.#drop(device)
    this.#publications.remove(device)
  }

  /** Chooses among several microphones or cameras, for now and the next time. */
  async choose(device: Device, id: string): Promise<void> {
    this.#preferences.set(`${device}Id`, id)
    this.#lastIds[device].value = id
    if (device === 'cam') this.#facing = undefined
    await this.#exchange(device, (track) => track.getSettings().deviceId === id)
  }

  /** From the camera that looks at the person to the one that looks away, and back. */
  async flip(): Promise<void> {
    const facing: Facing = this.looksAway.peek() ? 'user' : 'environment'
    this.#facing = facing
    await this.#exchange('cam', (track) => facingOf(track) === facing)
  }

  /** Gives what is there to the others; called when the call begins. */
  publish(): void {
    for (const device of DEVICES) {
      const track = this.tracks[device].peek()
      if (track) this.#publications.put(device, track, { paused: !this.#wanted[device].peek() })
    }
  }

  /** Lets go of both devices. */
  release(): void {
    this.#epoch++
    this.#pending.clear()
    for (const device of DEVICES) this.#drop(device)
    this.problems.value = []
  }

  dismissProblems(): void {
    this.problems.value = []
  }

  #turnOff(device: Device): void {
    this.#wanted[device].value = false
    const track = this.#raw[device].peek()
    // What the person sees must be true at once, whatever the network does: silence here, the light out, then tell.
    if (device === 'mic' && track) track.enabled = false
    if (device === 'cam') this.#drop(device)
    this.#publications.setPaused(device, true)
  }

  async #turnOn(device: Device): Promise<void> {
    this.#wanted[device].value = true
    const track = this.#raw[device].peek()
    // What is interrupted is best asked for anew.
    if (!track || track.muted) return this.#pending.has(device) ? undefined : this.#capture([device])
    track.enabled = true
    this.#publications.setPaused(device, false)
  }

  /** Another device without a gap: the one before goes when the other is there. */
  async #exchange(device: Device, fits: (track: MediaStreamTrack) => boolean): Promise<void> {
    const before = this.#raw[device].peek()
    if (!before) return
    await this.#capture([device])
    const now = this.#raw[device].peek()
    if (now && fits(now)) return
    // Telephones open one camera at a time, and other programs one microphone: the one before has to go first.
    this.#drop(device)
    await this.#capture([device])
  }

  async #capture(devices: readonly Device[]): Promise<void> {
    const epoch = this.#epoch
    this.#captures.value++
    for (const device of devices) this.#pending.add(device)
    try {
      const { tracks, problems } = await captureMedia({
        mic: devices.includes('mic'),
        cam: devices.includes('cam'),
        micId: this.#preferences.micId.peek() || undefined,
        camId: (!this.#facing && this.#preferences.camId.peek()) || undefined,
        audio: this.#audioOptions(),
        ...(this.#facing && { facing: this.#facing }),
      })
      const late = epoch !== this.#epoch
      if (!late) for (const device of devices) this.#pending.delete(device)
      if (!late) {
        const others = this.problems.peek().filter(({ source }) => !devices.includes(source))
        const added = devices.flatMap((device) =>
          problems.filter(({ source }) => source === device).map(({ reason }) => ({ source: device, reason })),
        )
        this.problems.value = [...others, ...added]
      }
      for (const device of devices) {
        const track = tracks[device]
        if (track && (late || (device === 'cam' && !this.#wanted.cam.peek()))) track.stop()
        else if (track) this.#take(device, track)
      }
      if (!late) await this.#refreshDevices()
    } finally {
      this.#captures.value--
    }
  }

  /** A new track in place of the one before, for oneself and, in a call, for the others. */
  #take(device: Device, track: MediaStreamTrack): void {
    const before = this.#raw[device].peek()
    const on = this.#wanted[device].peek()
    track.enabled = on
    this.#watch(device, track)
    this.#raw[device].value = track
    this.#lastIds[device].value = track.getSettings().deviceId ?? ''
    if (device === 'cam') void this.picture.setSource(track).then(() => before?.stop())
    else {
      this.#publications.put(device, track, { paused: !on })
      before?.stop()
    }
  }

  #drop(device: Device): void {
    this.#raw[device].peek()?.stop()
    this.#raw[device].value = undefined
    if (device === 'cam') void this.picture.setSource(undefined)
  }

  #watch(device: Device, track: MediaStreamTrack): void {
    const ifInUse = (run: () => void) => () => {
      if (this.#raw[device].peek() === track) run()
    }
    watchTrack(track, {
      onEnded: ifInUse(() => void this.#replaceLost(device)),
      onInterrupted: ifInUse(() => this.#setProblem({ source: device, reason: 'interrupted' })),
      onResumed: ifInUse(() => this.#clearProblem(device)),
      onStuck: ifInUse(() => void this.#capture([device])),
    })
  }

  /** Another takes its place, in what is published as well; where there is none the person is muted, and told. */
  async #replaceLost(device: Device): Promise<void> {
    this.#drop(device)
    // Whoever is muted misses nothing; another is asked for when they want to speak.
    if (!this.#wanted[device].peek()) return
    const epoch = this.#epoch
    await this.#capture([device])
    if (epoch !== this.#epoch) return
    const now = this.#raw[device].peek()
    if (now) {
      this.replaced.value = { source: device, label: now.label }
      return
    }
    this.#wanted[device].value = false
    this.#publications.setPaused(device, true)
    const problem = this.problems.peek().find(({ source }) => source === device)
    if (problem === undefined || problem.reason === 'noDevice') this.#setProblem({ source: device, reason: 'lost' })
  }

  /** Who has chosen an effect may not want to be seen without. */
  #handleEffectFailed(): void {
    this.#turnOff('cam')
    this.#setProblem({ source: 'cam', reason: 'effectFailed' })
  }

  #setProblem(problem: DeviceProblem): void {
    const others = this.problems.peek().filter(({ source }) => source !== problem.source)
    this.problems.value = [...others, problem]
  }

  #clearProblem(device: Device): void {
    this.problems.value = this.problems.peek().filter(({ source }) => source !== device)
  }

  /** Where a browser does not change a microphone in use, the same one is opened anew. */
  async #applyAudio(mic: MediaStreamTrack, options: AudioOptions): Promise<void> {
    if (await applyAudioOptions(mic, options)) return
    if (this.#raw.mic.peek() === mic && !this.#pending.has('mic')) await this.#capture(['mic'])
  }

  #audioOptions(): AudioOptions {
    const { echoCancellation, noiseSuppression, autoGainControl } = this.#preferences
    return {
      echoCancellation: echoCancellation.value,
      noiseSuppression: noiseSuppression.value,
      autoGainControl: autoGainControl.value,
    }
  }

  async #refreshDevices(): Promise<void> {
    this.devices.value = await listDevices()
  }
}

const facingOf = (track: MediaStreamTrack | undefined) => track?.getSettings().facingMode
