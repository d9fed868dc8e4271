/**
 * How each source is encoded: pure, from what is captured.
 *
 * Bit rates are integers, always: mediasoup's serialiser breaks the whole worker at a fraction. Several encodings get
 * their `rid` (`r0`, `r1`, `r2`, the smallest first) from mediasoup-client.
 */
import type { types } from 'mediasoup-client'
import type { Source, VideoCodec } from '../../shared/media.ts'

type Capture = { readonly width?: number | undefined; readonly height?: number | undefined }
type Encoding = types.RtpEncodingParameters

export type SendOptions = Pick<types.ProducerOptions, 'encodings' | 'codecOptions' | 'codec'>

/** What a screen is to be like: small print sharp, or a film fluid (`contentHint` of W3C mst-content-hint). */
export type ScreenHint = 'detail' | 'motion'

/** What decides about a video, besides its size. */
export type VideoWish = {
  /** One that this browser can encode: see {@link encodableCodec}. */
  readonly codec: VideoCodec
  /** Whether this browser can send several layers in one stream (W3C webrtc-svc). */
  readonly svc: boolean
  readonly hint: ScreenHint
}

const PLAIN: VideoWish = { codec: 'vp8', svc: false, hint: 'detail' }

/** What to hand to `Transport.produce` for a track of this source; sizes in pixels, unknown ones are taken for 720p. */
export function sendOptions(
  source: Source,
  capture: Capture,
  codecs: types.RtpCodecCapability[] = [],
  wish: VideoWish = PLAIN,
): SendOptions {
  switch (source) {
    case 'mic':
      return { codecOptions: { opusStereo: false, opusFec: true, opusDtx: true } }
    case 'screenAudio':
      // Music and films: both channels, and no gaps where it is quiet.
      return { codecOptions: { opusStereo: true, opusFec: true, opusDtx: false, opusMaxAverageBitrate: 96_000 } }
    case 'cam':
      return {
        encodings: cameraEncodings(capture, wish),
        // Without it the large layers are missing for the first seconds, while the estimate climbs from 300 kbit/s.
        codecOptions: { videoGoogleStartBitrate: 1000 },
        ...capabilityOf(codecs, wish.codec),
      }
    case 'screen':
      return {
        encodings: [{ dtx: true, ...TEMPORAL_LAYERS, ...SCREEN_LIMITS[wish.hint], priority: 'high' }],
        codecOptions: { videoGoogleStartBitrate: 1000 },
        ...capabilityOf(codecs, wish.codec),
      }
  }
}

/** The room's codec if this browser can encode it, else VP8, which every WebRTC endpoint has (RFC 7742). */
export function encodableCodec(codecs: readonly types.RtpCodecCapability[], wanted: VideoCodec): VideoCodec {
  return capabilityOf(codecs, wanted).codec ? wanted : 'vp8'
}

/**
 * Simulcast in VP8 and H264, layers of one stream in VP9 where the browser has them. AV1 has one layer: of several,
 * Chromium decodes nothing, since mediasoup does not pass on what describes them (its dependency descriptor).
 */
export function cameraEncodings(capture: Capture, { codec, svc }: VideoWish = PLAIN): Encoding[] {
  if (codec === 'vp8' || codec === 'h264') return simulcastEncodings(capture)
  const top = svcLayerCount(capture) - 1
  if (codec === 'vp9' && svc) return [svcEncoding(capture, top)]
  return [{ ...(svc && TEMPORAL_LAYERS), maxBitrate: svcBitrate(capture, top) }]
}

/** Spatial layers of a stream with several. Browsers leave out what would be smaller than this. */
export function svcLayerCount(capture: Capture): number {
  const { width, height } = sizeOf(capture)
  const fits = (count: number) => {
    const scale = 2 ** (count - 1)
    return Math.max(width, height) / scale >= 240 && Math.min(width, height) / scale >= 135
  }
  return fits(3) ? 3 : fits(2) ? 2 : 1
}

/**
 * A stream with the layers up to `top`, each of the size that it has in the whole stream. `KEY`: a layer needs the one
 * below in key frames only, so that the server forwards just one of them (W3C webrtc-svc, section 6).
 */
export function svcEncoding(capture: Capture, top: number): Encoding {
  const scalabilityMode = top === 0 ? 'L1T3' : `L${top + 1}T3_KEY`
  const scaleResolutionDownBy = 2 ** (svcLayerCount(capture) - 1 - top)
  return { scalabilityMode, scaleResolutionDownBy, maxBitrate: svcBitrate(capture, top) }
}

/** Spatial layers, be they a stream for each or several within one. */
export const layerCountOf = (encodings: readonly Encoding[] = []): number =>
  encodings.length === 1 ? Number(/^L(\d)/.exec(encodings[0]?.scalabilityMode ?? '')?.[1] ?? 1) : encodings.length

/** Whether these are several layers of one stream, and not a stream for each. */
export const hasSpatialLayers = (encodings: readonly Encoding[] = []): boolean =>
  encodings.length === 1 && layerCountOf(encodings) > 1

/** VP9 and AV1 need less than VP8 for the same picture; the layers share what there is. */
function svcBitrate(capture: Capture, top: number): number {
  const { width, height } = sizeOf(capture)
  const count = svcLayerCount(capture)
  let sum = 0
  for (let layer = 0; layer <= top; layer++) sum += bitrateFor((width * height) / 4 ** (count - 1 - layer))
  return Math.round(sum * 0.7)
}

/**
 * As many simulcast layers as browsers send of a picture of this size. Of more they leave out the largest: a camera of
 * 640 × 480 would be seen at half its size (libwebrtc's `LimitSimulcastLayerCount`).
 */
function simulcastEncodings(capture: Capture): Encoding[] {
  const { width, height } = sizeOf(capture)
  const pixels = width * height
  const scales = pixels >= 960 * 540 ? [4, 2, 1] : pixels >= 480 * 270 ? [2, 1] : [1]
  return scales.map((scale) => ({
    scaleResolutionDownBy: scale,
    maxBitrate: bitrateFor((width / scale) * (height / scale)),
    ...TEMPORAL_LAYERS,
  }))
}

/** Frames may be left out for who has less bandwidth. */
const TEMPORAL_LAYERS: Encoding = { scalabilityMode: 'L1T3' }

/**
 * A screen has one layer, in which small print stays readable. No simulcast: browsers give the room to the smaller layer
 * first, and the full one then comes after ten seconds (Chromium), or never (Firefox). `dtx` tells the server that a
 * still picture sends nothing, so that it does not take the silence for a loss; `priority` that the own camera yields.
 */
export const SCREEN_LIMITS: Readonly<Record<ScreenHint, { maxBitrate: number; maxFramerate: number }>> = {
  detail: { maxBitrate: 2_500_000, maxFramerate: 15 },
  motion: { maxBitrate: 3_500_000, maxFramerate: 30 },
}

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

function capabilityOf(
  codecs: readonly types.RtpCodecCapability[],
  wanted: VideoCodec,
): { codec?: types.RtpCodecCapability } {
  const codec = codecs.find(({ mimeType }) => mimeType.toLowerCase() === `video/${wanted}`)
  return codec === undefined ? {} : { codec }
}
