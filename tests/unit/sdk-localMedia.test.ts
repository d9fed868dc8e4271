import { afterEach, describe, expect, it, vi } from 'vitest'
import { levelOf } from '../../client/sdk/levelMeter.ts'
import {
  applyAudioOptions,
  captureMedia,
  captureScreen,
  listDevices,
  onDeviceChange,
  setBackgroundBlur,
  supportsBackgroundBlur,
} from '../../client/sdk/localMedia.ts'

type Kind = 'audio' | 'video'
const error = (name: string) => new DOMException('', name)
const stream = (kinds: Kind[]) => ({
  getAudioTracks: () => (kinds.includes('audio') ? [{ kind: 'audio' }] : []),
  getVideoTracks: () => (kinds.includes('video') ? [{ kind: 'video' }] : []),
})

/** A browser whose answer to each question `answer` decides; returns the questions. */
function browserThat(answer: (constraints: MediaStreamConstraints) => string | undefined) {
  const asked: MediaStreamConstraints[] = []
  const capture = async (constraints: MediaStreamConstraints) => {
    asked.push(constraints)
    const refusal = answer(constraints)
    if (refusal) throw error(refusal)
    return stream((['audio', 'video'] as const).filter((kind) => constraints[kind]))
  }
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: capture, getDisplayMedia: capture } })
  return asked
}

const askedFor = async (options: Parameters<typeof captureMedia>[0]) => {
  const asked = browserThat(() => undefined)
  await captureMedia(options)
  return asked
}

/** A track in use; `able`: what its browser can change on it, `refuses`: that it throws. */
function trackInUse({ able = [] as string[], refuses = false, capabilities = {} }) {
  let constraints: Record<string, unknown> = { deviceId: { exact: 'x' } }
  const settings: Record<string, unknown> = {}
  return {
    getCapabilities: () => capabilities,
    getConstraints: () => constraints,
    getSettings: () => settings,
    applyConstraints: async (next: Record<string, unknown>) => {
      if (refuses) throw error('OverconstrainedError')
      constraints = next
      for (const name of able) settings[name] = next[name]
    },
  } as unknown as MediaStreamTrack
}

const both = { mic: true, cam: true }
const names = (captured: { tracks: object }) => Object.keys(captured.tracks).sort()

afterEach(() => vi.unstubAllGlobals())

describe('capturing microphone and camera', () => {
  it('asks one question where all is well', async () => {
    const asked = browserThat(() => undefined)
    const captured = await captureMedia(both)
    expect(names(captured)).toEqual(['cam', 'mic'])
    expect(captured.problems).toEqual([])
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({ audio: { echoCancellation: true }, video: { width: { ideal: 1280 } } })
  })

  it('takes the one that there is', async () => {
    browserThat(({ video }) => (video ? 'NotFoundError' : undefined))
    const captured = await captureMedia(both)
    expect(names(captured)).toEqual(['mic'])
    expect(captured.problems).toEqual([{ source: 'cam', reason: 'noDevice' }])
  })

  it('does without the chosen device and then without any wish', async () => {
    const asked = browserThat(({ video }) => (Object.keys(video ?? {}).length > 0 ? 'OverconstrainedError' : undefined))
    expect(names(await captureMedia({ mic: false, cam: true, camId: 'x' }))).toEqual(['cam'])
    expect(asked.map(({ video }) => Object.keys(video ?? {}))).toEqual([
      ['width', 'height', 'frameRate', 'deviceId'],
      ['width', 'height', 'frameRate'],
      [],
    ])
  })

  it('takes the camera of the wanted side, or any', async () => {
    const asked = browserThat(({ video }) => (Object.keys(video ?? {}).length > 3 ? 'OverconstrainedError' : undefined))
    expect(names(await captureMedia({ mic: false, cam: true, facing: 'environment' }))).toEqual(['cam'])
    expect(asked[0]?.video).toMatchObject({ facingMode: { exact: 'environment' } })
    expect(asked).toHaveLength(2)
    browserThat(() => undefined)
    const [chosen] = await askedFor({ mic: false, cam: true, camId: 'x', facing: 'user' })
    expect(chosen?.video).not.toHaveProperty('facingMode')
  })

  it('does for a voice what is wanted', async () => {
    const [asked] = await askedFor({ mic: true, cam: false, micId: 'x', audio: { noiseSuppression: false } })
    expect(asked?.audio).toEqual({
      echoCancellation: true,
      noiseSuppression: false,
      autoGainControl: true,
      deviceId: { exact: 'x' },
    })
  })

  it('does not ask again and again after a no', async () => {
    const asked = browserThat(() => 'NotAllowedError')
    const captured = await captureMedia(both)
    expect(captured.problems.map(({ reason }) => reason)).toEqual(['permissionDenied', 'permissionDenied'])
    expect(asked).toHaveLength(3)
  })

  it.each([
    ['NotReadableError', 'inUse'],
    ['AbortError', 'inUse'],
    ['SecurityError', 'permissionDenied'],
    ['TypeError', 'failed'],
  ])('calls %s %s', async (name, reason) => {
    browserThat(() => name)
    expect((await captureMedia({ mic: true, cam: false })).problems).toEqual([{ source: 'mic', reason }])
  })

  it('says that the page is not secure, or the browser cannot', async () => {
    vi.stubGlobal('navigator', {})
    vi.stubGlobal('isSecureContext', false)
    expect((await captureMedia(both)).problems).toEqual([
      { source: 'mic', reason: 'insecureContext' },
      { source: 'cam', reason: 'insecureContext' },
    ])
    vi.stubGlobal('isSecureContext', true)
    expect((await captureScreen()).problems).toEqual([{ source: 'screen', reason: 'unsupported' }])
    expect(await listDevices()).toEqual({ mics: [], cams: [], speakers: [] })
    expect(onDeviceChange(() => {})).toBeTypeOf('function')
  })

  it('asks for nothing where nothing is wanted', async () => {
    const asked = browserThat(() => undefined)
    expect(await captureMedia({ mic: false, cam: false })).toEqual({ tracks: {}, problems: [] })
    expect(asked).toEqual([])
  })
})

describe('changing a track in use', () => {
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }

  it('says whether it is so now, and keeps the device', async () => {
    const able = trackInUse({ able: Object.keys(plain) })
    expect(await applyAudioOptions(able, plain)).toBe(true)
    expect(able.getConstraints()).toEqual({ deviceId: { exact: 'x' }, ...plain })
    expect(await applyAudioOptions(trackInUse({ able: ['autoGainControl'] }), plain)).toBe(false)
    expect(await applyAudioOptions(trackInUse({ refuses: true }), plain)).toBe(false)
  })

  it.each([
    { capabilities: { backgroundBlur: [true, false] }, supported: true },
    { capabilities: { backgroundBlur: [true] }, supported: false },
    { capabilities: { backgroundBlur: [false] }, supported: false },
    { capabilities: {}, supported: false },
  ])('offers to blur the background where it can: $capabilities', ({ capabilities, supported }) => {
    expect(supportsBackgroundBlur(trackInUse({ capabilities }))).toBe(supported)
  })

  it('blurs the background', async () => {
    const track = trackInUse({ able: ['backgroundBlur'] })
    expect(await setBackgroundBlur(track, true)).toBe(true)
    expect(track.getSettings()).toEqual({ backgroundBlur: true })
    expect(await setBackgroundBlur(track, false)).toBe(true)
    expect(await setBackgroundBlur(trackInUse({}), true)).toBe(false)
  })
})

describe('capturing a screen', () => {
  it('takes its sound, and does without where there is none to be had', async () => {
    browserThat(() => undefined)
    expect(names(await captureScreen())).toEqual(['screen', 'screenAudio'])
    browserThat(({ audio }) => (audio ? 'NotSupportedError' : undefined))
    expect(names(await captureScreen())).toEqual(['screen'])
  })

  it('takes a no for a no', async () => {
    const asked = browserThat(() => 'NotAllowedError')
    expect((await captureScreen()).problems).toEqual([{ source: 'screen', reason: 'permissionDenied' }])
    expect(asked).toHaveLength(1)
  })
})

describe('a level', () => {
  const tone = (amplitude: number) => Float32Array.from({ length: 1024 }, (_, i) => amplitude * Math.sin(i))
  it.each([
    [0, 0],
    [0.0001, 0],
    [0.01, 0.28],
    [0.1, 0.62],
    [1, 0.95],
  ])('of a tone of %d is %d', (amplitude, level) => {
    expect(levelOf(tone(amplitude))).toBeCloseTo(level, 1)
  })
})
