/**
 * How each source is encoded: pure, from what is captured.
 *
 * Bit rates are integers, always: mediasoup's serialiser breaks the whole worker at a fraction. Several encodings get
 * their `rid` (`r0`, `r1`, `r2`, the smallest first) from mediasoup-client.
 */
import type { types } from 'mediasoup-client'
import type { Source } from '../../shared/media.ts'

type Capture = { readonly width?: number | undefined; readonly height?: number | undefined }
type Encoding = types.RtpEncodingParameters

export type SendOptions = Pick<types.ProducerOptions, 'encodings' | 'codecOptions' | 'codec'>

/** What to hand to `Transport.produce` for a track of this source; sizes in pixels, unknown ones are taken for 720p. */
export function sendOptions(source: Source, capture: Capture, codecs: types.RtpCodecCapability[] = []): SendOptions {
  switch (source) {
    case 'mic':
      return { codecOptions: { opusStereo: false, opusFec: true, opusDtx: true } }
    case 'screenAudio':
      // Music and films: both channels, and no gaps where it is quiet.
      return { codecOptions: { opusStereo: true, opusFec: true, opusDtx: false, opusMaxAverageBitrate: 96_000 } }
    case 'cam':
      return {
        encodings: cameraEncodings(capture),
        // Without it the large layers are missing for the first seconds, while the estimate climbs from 300 kbit/s.
        codecOptions: { videoGoogleStartBitrate: 1000 },
        ...chooseCodec(codecs),
      }
    case 'screen':
      return {
        encodings: [SCREEN_ENCODING],
        codecOptions: { videoGoogleStartBitrate: 1000 },
        ...chooseCodec(codecs),
      }
  }
}

/**
 * As many simulcast layers as browsers send of a picture of this size. Of more they leave out the largest: a camera of
 * 640 × 480 would be seen at half its size (libwebrtc's `LimitSimulcastLayerCount`).
 */
export function cameraEncodings(capture: Capture): Encoding[] {
  const { width, height } = sizeOf(capture)
  const pixels = width * height
  const scales = pixels >= 960 * 540 ? [4, 2, 1] : pixels >= 480 * 270 ? [2, 1] : [1]
  return scales.map((scale) => ({
    scaleResolutionDownBy: scale,
    maxBitrate: bitrateFor((width / scale) * (height / scale)),
    scalabilityMode: 'L1T3',
  }))
}

/**
 * One layer, in which small print stays readable. No simulcast: browsers give the room to the smaller layer first, and
 * the full one then comes after ten seconds (Chromium), or never (Firefox). `dtx` tells the server that a still picture
 * sends nothing, so that it does not take the silence for a loss.
 */
const SCREEN_ENCODING: Encoding = { dtx: true, scalabilityMode: 'L1T3', maxBitrate: 2_500_000, maxFramerate: 15 }

/** Up to so many pixels → so many bits per second, for a person in front of a camera at 30 pictures a second in VP8. */
const BITRATES: readonly (readonly [pixels: number, bitsPerSecond: number])[] = [
  [160 * 120, 100_000],
  [320 * 180, 150_000],
  [320 * 240, 200_000],
  [640 * 360, 500_000],
  [640 * 480, 700_000],
  [960 * 540, 900_000],
  [1280 * 720, 1_500_000],
  [1920 * 1080, 3_000_000],
]

function bitrateFor(pixels: number): number {
  return BITRATES.find(([upTo]) => pixels <= upTo)?.[1] ?? 5_000_000
}

function sizeOf({ width, height }: Capture): { width: number; height: number } {
  return width && height ? { width, height } : { width: 1280, height: 720 }
}

/** VP8: every WebRTC endpoint has it (RFC 7742), and simulcast of it works in all of them. */
function chooseCodec(codecs: types.RtpCodecCapability[]): { codec?: types.RtpCodecCapability } {
  const codec = codecs.find(({ mimeType }) => mimeType.toLowerCase() === 'video/vp8')
  return codec === undefined ? {} : { codec }
}
