import { expect, it, onTestFinished, vi } from 'vitest'
import { fakeTrack, startCalls, untilSeen } from '../support/sdkCalls.ts'
import { until } from '../support/until.ts'

/** As much of Web Audio as the level meter uses; each track is as loud as the test says. */
function stubAudio() {
  const loud = new Set<MediaStreamTrack>()
  const measured = new Set<MediaStreamTrack>()
  class FakeStream {
    readonly track: MediaStreamTrack
    constructor([track]: MediaStreamTrack[]) {
      if (!track) throw new Error('no track')
      this.track = track
    }
  }
  class FakeContext {
    readonly state = 'running'
    #track: MediaStreamTrack | undefined
    createMediaStreamSource({ track }: FakeStream) {
      this.#track = track
      measured.add(track)
      return { connect() {}, disconnect: () => measured.delete(track) }
    }
    createAnalyser() {
      const level = () => (this.#track && loud.has(this.#track) ? 0.3 : 0)
      return { fftSize: 0, getFloatTimeDomainData: (samples: Float32Array) => samples.fill(level()) }
    }
    async close() {}
  }
  vi.stubGlobal('AudioContext', FakeContext)
  vi.stubGlobal('MediaStream', FakeStream)
  onTestFinished(() => {
    vi.unstubAllGlobals()
  })
  return { loud, measured }
}

it('a microphone that rises in a crowded room is forwarded at once, before the server has heard it', async () => {
  const { loud, measured } = stubAudio()
  const { join } = await startCalls({ AUDIO_ALL_LIMIT: '2', AUDIO_FORWARDED: '1' })
  const [anaMic, benMic, evaMic] = [fakeTrack('audio'), fakeTrack('audio'), fakeTrack('audio')]
  const ana = await join('Ana', ['mic', anaMic])
  const ben = await join('Ben', ['mic', benMic])
  await untilSeen(ben, 'Ana', 'mic')
  expect(measured.size).toBe(0)
  await join('Eva', ['mic', evaMic])
  await untilSeen(ben, 'Ana', 'mic(no track)')
  await until(() => measured.size === 3, { what: 'everyone to listen to the own microphone' })

  loud.add(anaMic)
  await untilSeen(ben, 'Ana', 'mic')
  // The server does not hear her after all.
  await untilSeen(ben, 'Ana', 'mic(no track)')

  loud.clear()
  await ana.setPaused('mic', true)
  await until(() => measured.size === 0, { what: 'nobody to listen where all are forwarded again' })
  await untilSeen(ana, 'Ben', 'mic')
})
