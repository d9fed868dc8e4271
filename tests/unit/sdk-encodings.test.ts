import { testFakeParameters } from 'mediasoup-client'
import { describe, expect, it } from 'vitest'
import {
  cameraEncodings,
  encodableCodec,
  sendOptions,
  svcEncoding,
  svcLayerCount,
  type VideoWish,
} from '../../client/sdk/encodings.ts'
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

describe('camera encodings in several layers of one stream', () => {
  const svc: VideoWish = { codec: 'vp9', svc: true, hint: 'detail' }

  it.each([
    { capture: '1280x720', mode: 'L3T3_KEY' },
    { capture: '720x1280', mode: 'L3T3_KEY' },
    { capture: '640x480', mode: 'L2T3_KEY' },
    { capture: '640x360', mode: 'L2T3_KEY' },
    { capture: '320x180', mode: 'L1T3' },
    { capture: 'unknown', mode: 'L3T3_KEY' },
  ])('of $capture are $mode', ({ capture, mode }) => {
    const [width, height] = capture.split('x').map(Number)
    const size = height ? { width, height } : {}
    const encodings = cameraEncodings(size, svc)
    expect(encodings).toMatchObject([{ scalabilityMode: mode, scaleResolutionDownBy: 1 }])
    expect(encodings.every(({ maxBitrate }) => Number.isInteger(maxBitrate))).toBe(true)
  })

  it('keep the size of each layer when the upper ones are left out, for less bandwidth', () => {
    const size = { width: 1280, height: 720 }
    const upTo = Array.from({ length: svcLayerCount(size) }, (_, top) => svcEncoding(size, top))
    expect(upTo.map(({ scalabilityMode }) => scalabilityMode)).toEqual(['L1T3', 'L2T3_KEY', 'L3T3_KEY'])
    expect(upTo.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy)).toEqual([4, 2, 1])
    expect(upTo.map(({ maxBitrate }) => maxBitrate)).toEqual([105_000, 455_000, 1_505_000])
  })

  it('are one in AV1, of which frames can be left out', () => {
    expect(cameraEncodings({}, { ...svc, codec: 'av1' })).toEqual([{ scalabilityMode: 'L1T3', maxBitrate: 1_505_000 }])
  })

  it('are a single one in a browser that cannot, and simulcast in H264', () => {
    expect(cameraEncodings({}, { ...svc, svc: false })).toEqual([{ maxBitrate: 1_505_000 }])
    expect(cameraEncodings({}, { ...svc, codec: 'h264' })).toEqual(cameraEncodings({}))
  })
})

describe('options of a producer', () => {
  const { codecs = [] } = testFakeParameters.generateRouterRtpCapabilities()

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

  it('are for the codec of the room, if this browser has it', () => {
    const all = ['VP8', 'VP9', 'AV1'].map((name) => ({ kind: 'video', mimeType: `video/${name}` })) as typeof codecs
    expect(encodableCodec(all, 'av1')).toBe('av1')
    expect(encodableCodec(all, 'h264')).toBe('vp8')
    const wish: VideoWish = { codec: 'vp9', svc: true, hint: 'detail' }
    for (const source of ['cam', 'screen'] as const)
      expect(sendOptions(source, {}, all, wish).codec?.mimeType).toBe('video/VP9')
  })

  it('send a film on a screen in more frames', () => {
    const wish: VideoWish = { codec: 'vp8', svc: false, hint: 'motion' }
    expect(sendOptions('screen', {}, codecs, wish).encodings).toMatchObject([{ maxFramerate: 30, priority: 'high' }])
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
