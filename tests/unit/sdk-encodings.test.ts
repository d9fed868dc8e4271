import { testFakeParameters } from 'mediasoup-client'
import { describe, expect, it } from 'vitest'
import { cameraEncodings, sendOptions } from '../../client/sdk/encodings.ts'
import { ALL_SOURCES, KIND_OF } from '../../client/sdk/sources.ts'
import { kindOf, SOURCES } from '../../shared/media.ts'

describe('camera encodings', () => {
  it.each([
    { capture: '1280x720', scales: [4, 2, 1], bitrates: [150_000, 500_000, 1_500_000] },
    { capture: '1920x1080', scales: [4, 2, 1], bitrates: [500_000, 900_000, 3_000_000] },
    { capture: '3840x2160', scales: [4, 2, 1], bitrates: [900_000, 3_000_000, 5_000_000] },
    { capture: '960x540', scales: [4, 2, 1], bitrates: [150_000, 500_000, 900_000] },
    { capture: '640x480', scales: [2, 1], bitrates: [200_000, 700_000] },
    { capture: '480x640', scales: [2, 1], bitrates: [200_000, 700_000] },
    { capture: '640x360', scales: [2, 1], bitrates: [150_000, 500_000] },
    { capture: '424x240', scales: [1], bitrates: [500_000] },
    { capture: '320x180', scales: [1], bitrates: [150_000] },
    { capture: '176x144', scales: [1], bitrates: [150_000] },
    { capture: 'unknown', scales: [4, 2, 1], bitrates: [150_000, 500_000, 1_500_000] },
  ])('of $capture are $scales times smaller, with $bitrates bit/s', ({ capture, scales, bitrates }) => {
    const [width, height] = capture.split('x').map(Number)
    const encodings = cameraEncodings(height ? { width, height } : {})
    expect(encodings.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy)).toEqual(scales)
    expect(encodings.map(({ maxBitrate }) => maxBitrate)).toEqual(bitrates)
    expect(encodings.every(({ scalabilityMode }) => scalabilityMode === 'L1T3')).toBe(true)
  })

  it('have whole numbers as bit rates whatever is captured', () => {
    for (let width = 1; width < 4000; width += 37) {
      for (const { maxBitrate } of cameraEncodings({ width, height: width / 3 }))
        expect(Number.isInteger(maxBitrate)).toBe(true)
    }
  })
})

describe('options of a producer', () => {
  const codecs = testFakeParameters.generateRouterRtpCapabilities().codecs

  it('choose VP8 for video and leave audio to the browser', () => {
    for (const source of ALL_SOURCES) {
      const mimeType = sendOptions(source, {}, codecs).codec?.mimeType
      expect(mimeType).toBe(KIND_OF[source] === 'video' ? 'video/VP8' : undefined)
    }
  })

  it('send a screen in one layer, and say that a still picture sends nothing', () => {
    expect(sendOptions('screen', { width: 1920, height: 1080 }, codecs).encodings).toMatchObject([
      { dtx: true, maxBitrate: 2_500_000, maxFramerate: 15 },
    ])
  })

  it('do without a codec where there is no VP8', () => {
    expect(sendOptions('cam', {}, [])).not.toHaveProperty('codec')
  })

  it('send a voice in mono with silence left out, and the sound of a screen in stereo without gaps', () => {
    expect(sendOptions('mic', {}).codecOptions).toMatchObject({ opusStereo: false, opusDtx: true, opusFec: true })
    expect(sendOptions('screenAudio', {}).codecOptions).toMatchObject({ opusStereo: true, opusDtx: false })
  })
})

describe('sources', () => {
  it('are those of the contract, with the same kinds', () => {
    expect([...ALL_SOURCES].sort()).toEqual([...SOURCES].sort())
    for (const source of SOURCES) expect(KIND_OF[source]).toBe(kindOf(source))
  })
})
