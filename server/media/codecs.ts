import type { types } from 'mediasoup'
import { generateRouterRtpCapabilities } from 'mediasoup/ortc'
import type { RtpCapabilities } from '../../shared/media.ts'

/**
 * What every router carries. The order is the preference of a client that has no other reason to choose:
 * VP8 first, since every browser encodes it in simulcast and decodes it cheaply; VP9 and AV1 save bandwidth for more
 * CPU; H264 last, for devices that have nothing else in hardware (constrained baseline: every decoder has it).
 */
export const ROUTER_CODECS: types.RouterRtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48000, channels: 2 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90000 },
  { kind: 'video', mimeType: 'video/VP9', clockRate: 90000, parameters: { 'profile-id': 0 } },
  { kind: 'video', mimeType: 'video/AV1', clockRate: 90000 },
  {
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  },
]

/** The capabilities of any router, without making one. */
export const routerRtpCapabilities = (): RtpCapabilities =>
  generateRouterRtpCapabilities(ROUTER_CODECS) as RtpCapabilities
