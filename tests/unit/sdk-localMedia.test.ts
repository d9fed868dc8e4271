import { afterEach, describe, expect, it, vi } from 'vitest'
import { levelOf } from '../../client/sdk/levelMeter.ts'
import { captureMedia, captureScreen, listDevices, onDeviceChange } from '../../client/sdk/localMedia.ts'

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
