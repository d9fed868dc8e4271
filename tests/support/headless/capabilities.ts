import type { types } from 'mediasoup-client'
import { EXTENSION_URI, type ExtensionName } from './rtpPacket.ts'

type Direction = 'sendonly' | 'recvonly'

/** Chromium's ids; for what we receive the router's ids hold. */
const EXTENSION_IDS: Record<ExtensionName, number> = {
  mid: 4,
  absSendTime: 2,
  transportCc: 3,
  audioLevel: 1,
  rid: 10,
  repairedRid: 11,
}

const AUDIO_EXTENSIONS: ExtensionName[] = ['mid', 'absSendTime', 'transportCc', 'audioLevel']
const VIDEO_EXTENSIONS: ExtensionName[] = ['mid', 'absSendTime', 'transportCc', 'rid', 'repairedRid']

/**
 * goog-remb is left out on purpose: whom we send to may estimate by transport-cc, and as receivers we report by transport-cc
 * only. A router without it estimates nothing for a headless viewer.
 */
const VIDEO_FEEDBACK: types.RtcpFeedback[] = [
  { type: 'transport-cc' },
  { type: 'ccm', parameter: 'fir' },
  { type: 'nack' },
  { type: 'nack', parameter: 'pli' },
]

/** A headless peer sends what was recorded (Opus, VP8) but can count any codec. */
export function nativeRtpCapabilities(direction: Direction): types.RtpCapabilities {
  const sendable = [opus(), ...withRtx('video/VP8', 96)]
  const receivable = [
    ...sendable,
    ...withRtx('video/VP9', 98, { 'profile-id': 0 }),
    ...withRtx('video/H264', 102, {
      'level-asymmetry-allowed': 1,
      'packetization-mode': 1,
      'profile-level-id': '42e01f',
    }),
    ...withRtx('video/AV1', 45, { profile: 0, 'level-idx': 5, tier: 0 }),
  ]
  return {
    codecs: direction === 'sendonly' ? sendable : receivable,
    headerExtensions: [...extensionsOf('audio', AUDIO_EXTENSIONS), ...extensionsOf('video', VIDEO_EXTENSIONS)],
  }
}

function opus(): types.RtpCodecCapability {
  return {
    kind: 'audio',
    mimeType: 'audio/opus',
    preferredPayloadType: 111,
    clockRate: 48_000,
    channels: 2,
    parameters: { minptime: 10, useinbandfec: 1 },
    rtcpFeedback: [{ type: 'transport-cc' }, { type: 'nack' }],
  }
}

function withRtx(
  mimeType: types.RtpCodecCapability['mimeType'],
  payloadType: number,
  parameters = {},
): types.RtpCodecCapability[] {
  return [
    {
      kind: 'video',
      mimeType,
      preferredPayloadType: payloadType,
      clockRate: 90_000,
      parameters,
      rtcpFeedback: VIDEO_FEEDBACK.map((feedback) => ({ ...feedback })),
    },
    {
      kind: 'video',
      mimeType: 'video/rtx',
      preferredPayloadType: payloadType + 1,
      clockRate: 90_000,
      parameters: { apt: payloadType },
      rtcpFeedback: [],
    },
  ]
}

function extensionsOf(kind: 'audio' | 'video', names: ExtensionName[]): types.RtpHeaderExtension[] {
  return names.map((name) => ({
    kind,
    uri: EXTENSION_URI[name],
    preferredId: EXTENSION_IDS[name],
    preferredEncrypt: false,
    direction: 'sendrecv',
  }))
}

/** The negotiated ids by name. */
export function extensionIds(parameters: types.RtpParameters): Partial<Record<ExtensionName, number>> {
  const ids: Partial<Record<ExtensionName, number>> = {}
  for (const name of [...AUDIO_EXTENSIONS, ...VIDEO_EXTENSIONS]) {
    const found = parameters.headerExtensions?.find(({ uri }) => uri === EXTENSION_URI[name])
    if (found !== undefined) ids[name] = found.id
  }
  return ids
}
